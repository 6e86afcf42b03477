import type { Html } from '@headwater/plugin-http';
import type { PageContent, View } from './page.ts';

/** The parts of a layout that do not depend on the page. */
export interface LayoutOptions {
  /** The name of the site. */
  readonly name: string;
  /** The addresses of the stylesheet, the script and the icon. */
  readonly assets: { readonly style: string; readonly script: string; readonly icon: string };
}

/** Returns the document of a page. */
export async function layout({ title, main }: PageContent, view: View, { name, assets }: LayoutOptions): Promise<Html> {
  const { html, url, slot } = view;
  const [navigation] = await slot('navigation', [url.split('?', 1)[0] ?? '/']);
  return html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>${title === '' ? name : `${title} · ${name}`}</title>
      <link rel="icon" type="image/svg+xml" href=${assets.icon} />
      <link rel="stylesheet" href=${assets.style} />
      <script type="module" src=${assets.script}></script>
    </head>
    <body>
      <a class="skip" href="#main">Skip to content</a>
      <header class="bar">
        <a class="brand" href="/"><span class="wave" aria-hidden="true"></span>${name}</a>
        <nav aria-label="Site">${navigation}</nav>
      </header>
      <main id="main" tabindex="-1">${main}</main>
      <footer class="quiet">${name} is a community made of plugins. <a href="/openapi.json">API</a></footer>
    </body>
  </html>`;
}
