import htm from 'htm';
import { h, type VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';

/** A piece of a page. Strings are escaped; `null` and `false` show nothing. */
export type Html = VNode | string | number | null | undefined | false | readonly Html[];

/** The `html` tag: a template becomes a piece of a page. */
export type HtmlTag = (strings: TemplateStringsArray, ...values: unknown[]) => Html;

/** Attributes whose values are addresses. */
const addressAttributes = new Set(['href', 'src', 'action', 'formaction', 'poster', 'cite', 'srcset', 'data']);
const safeProtocols = new Set(['http:', 'https:', 'mailto:']);

// The module's default export is a function whose `bind` sets how nodes are created. Its declarations describe CommonJS.
const templates = htm as unknown as { readonly bind: (create: CreateNode) => HtmlTag };

type CreateNode = (
  type: unknown,
  attributes: Readonly<Record<string, unknown>> | null,
  ...children: readonly Html[]
) => VNode;

/**
 * Creates a piece of a page from a template. Every value is escaped, in attributes too. An address with another protocol
 * than http, https and mailto, such as `javascript:`, is replaced with `#`. Raw HTML and scripts in attributes are
 * rejected with a TypeError.
 *
 * @example
 * html`<a class="title" href=${story.url}>${story.title}</a>`
 */
export const html: HtmlTag = templates.bind((type, attributes, ...children) => {
  if (typeof type !== 'string') throw new TypeError('the name of an element must be written in the template');
  // Preact accepts everything that a template can contain.
  return h(type, checkAttributes(attributes), ...(children as VNode[]));
});

/** Returns the text of a whole document. */
export function renderDocument(document: Html): string {
  // A template with a single root is a node.
  return `<!doctype html>\n${renderToString(document as VNode)}\n`;
}

function checkAttributes(attributes: Readonly<Record<string, unknown>> | null): Record<string, unknown> | null {
  if (attributes === null) return null;
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => {
      const lower = name.toLowerCase();
      if (/^on|^dangerously|^srcdoc$|^style$/.test(lower))
        throw new TypeError(`a template must not have the attribute ${name}`);
      return [name, addressAttributes.has(lower) ? safeAddress(value) : value];
    }),
  );
}

/** Returns an address that no browser runs as a script: the address itself, or `#`. */
export function safeAddress(value: unknown): string {
  const address = typeof value === 'string' ? value : '';
  // The parser of URLs ignores white space and control characters as browsers do.
  const url = URL.parse(address, 'https://base.example');
  return url !== null && safeProtocols.has(url.protocol) ? address : '#';
}
