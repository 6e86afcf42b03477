import { lowerKeywords } from './lower-keywords.ts';

/**
 * Rewrites an expression that PostgreSQL printed the way people write it: with keywords in lower case, without outer
 * parentheses, and with `a in ('b', 'c')` instead of the array comparison that the server stores.
 */
export function expressionSql(text: string): string {
  return lowerKeywords(withIn(unwrapped(text)));
}

/** Removes a pair of parentheses around the whole expression. */
function unwrapped(text: string): string {
  if (!text.startsWith('(') || !text.endsWith(')')) return text;
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|[()]/g)) {
    if (token === '(') depth += 1;
    if (token === ')') depth -= 1;
    if (depth === 0 && token === ')' && index < text.length - 1) return text;
  }
  return text.slice(1, -1);
}

const column = /(?:[a-z_][a-z0-9_]*|"(?:[^"]|"")*")/.source;
const constant = /'(?:[^']|'')*'/.source;
const typed = String.raw`${constant}::[^',()[\]]+`;
const varying = String.raw`\(${constant}::character varying\)::text`;

/** Matches comparisons with an array of at least two elements. It also matches other constants, to skip them. */
const memberships = new RegExp(
  [
    constant,
    String.raw`(${column}) = ANY \(ARRAY\[(\d+(?:, \d+)+)\]\)`,
    String.raw`(${column}) = ANY \(ARRAY\[(${typed}(?:, ${typed})+)\]\)`,
    String.raw`\((${column})\)::text = ANY \(ARRAY\[(${varying}(?:, ${varying})+)\]\)`,
  ].join('|'),
  'g',
);

/**
 * Replaces array comparisons with `in`, except where PostgreSQL would read `in` differently: with a single element,
 * which it reads as a plain comparison, and with elements of several types.
 */
function withIn(text: string): string {
  return text.replaceAll(memberships, (all, ...groups: readonly unknown[]) => {
    const [name = '', list = ''] = groups.slice(0, 6).filter((group) => typeof group === 'string');
    if (name === '') return all;
    const elements = Array.from(list.matchAll(new RegExp(`(${constant})::([^',()]+)|\\d+`, 'g')));
    const types = new Set(elements.map(([, , type]) => type?.trim()));
    return types.size === 1 ? `${name} in (${elements.map(([value, quoted]) => quoted ?? value).join(', ')})` : all;
  });
}
