/**
 * Converts an expression printed by PostgreSQL to the form that PostgreSQL prints after reading that text back. Only
 * one construct differs: PostgreSQL prints a cast of a whole array, `(ARRAY['a'::character varying])::text[]`, and
 * reads it as a cast of each element. Without this conversion, a check that uses `in` would differ from the check that
 * PostgreSQL creates from its printed text.
 */
export function stableExpression(text: string): string {
  let stable = '';
  let at = 0;
  // Constants and quoted names are skipped, since they may contain the same characters.
  const tokens = /'(?:[^']|'')*'|"(?:[^"]|"")*"|\(ARRAY\[/g;
  for (let found = tokens.exec(text); found !== null; found = tokens.exec(text)) {
    if (found[0] !== '(ARRAY[') continue;
    const { elements, end } = arrayElements(text, tokens.lastIndex);
    const cast = /^\)::((?:[\w. ]|"(?:[^"]|"")*")+(?:\(\d+(?:,\d+)?\))?)\[\]/.exec(text.slice(end));
    if (cast === null) continue;
    const [all, type = ''] = cast;
    const array = elements.map((element) => `(${stableExpression(element)})::${type}`).join(', ');
    stable += `${text.slice(at, found.index)}ARRAY[${array}]`;
    at = end + all.length;
    tokens.lastIndex = at;
  }
  return stable + text.slice(at);
}

/**
 * Returns the elements of the array whose first element starts at `from`, and the position after its closing bracket.
 */
function arrayElements(text: string, from: number): { readonly elements: readonly string[]; readonly end: number } {
  const elements: string[] = [];
  let [depth, start] = [0, from];
  for (const found of text.slice(from).matchAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|[[\](),]/g)) {
    const [token] = found;
    const at = from + found.index;
    if (token === ',' && depth === 0) {
      elements.push(text.slice(start, at).trim());
      start = at + 1;
    }
    if (token === ']' && depth === 0) return { elements: [...elements, text.slice(start, at).trim()], end: at + 1 };
    if (token === '(' || token === '[') depth += 1;
    if (token === ')' || token === ']') depth -= 1;
  }
  return { elements: [], end: from };
}
