import { html, type Html, type RouteRequest } from '@headwater/plugin-http';
import type { StudioContent } from './studio-page.ts';

/** The parts of a layout that do not depend on the page. */
export interface LayoutOptions {
  /** The database, without secrets. */
  readonly database: string;
  /** The addresses of the stylesheet, the script and the icon. */
  readonly assets: { readonly style: string; readonly script: string; readonly icon: string };
}

const sections = [
  ['/studio', 'Health'],
  ['/studio/plugins', 'Plugins'],
  ['/studio/history', 'History'],
  ['/studio/plan', 'Plan'],
  ['/studio/runs', 'Runs'],
  ['/studio/rehearsals', 'Rehearsals'],
  ['/studio/drift', 'Drift'],
  ['/studio/doctor', 'Doctor'],
  ['/studio/live', 'Live'],
] as const;

/** Returns the document of a page. */
export function layout(
  { title, main, refresh }: StudioContent,
  { url }: RouteRequest,
  { database, assets }: LayoutOptions,
): Html {
  const path = url.split('?', 1)[0] ?? '';
  const current = sections.findLast(([at]) => path === at || path.startsWith(`${at}/`))?.[0];
  // A revision belongs to the history.
  const section = path.startsWith('/studio/revisions/') ? '/studio/history' : current;
  return html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>${`${title} · Headwater Studio`}</title>
      <link rel="icon" type="image/svg+xml" href=${assets.icon} />
      <link rel="stylesheet" href=${assets.style} />
      <script type="module" src=${assets.script}></script>
      ${refresh !== undefined && html`<noscript><meta http-equiv="refresh" content=${String(refresh)} /></noscript>`}
    </head>
    <body>
      <a class="skip" href="#main">Skip to content</a>
      <header class="side">
        <a class="brand" href="/studio"><img src=${assets.icon} alt="" width="24" height="24" />Studio</a>
        <nav aria-label="Studio">
          <ul>
            ${sections.map(
              ([at, name]) => html`<li><a href=${at} aria-current=${at === section ? 'page' : null}>${name}</a></li>`,
            )}
          </ul>
        </nav>
        <p class="where"><span class="quiet">Database</span> <span class="mono">${database}</span></p>
      </header>
      <main id="main" tabindex="-1">${main}</main>
    </body>
  </html>`;
}
