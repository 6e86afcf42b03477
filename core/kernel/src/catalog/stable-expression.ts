/**
 * What PostgreSQL writes of an expression, as it writes it once that text is itself read as SQL. One construct differs
 * then: it prints a cast of a whole array, `(ARRAY['a'::character varying])::text[]`, of which its parser makes a cast of
 * each element. So a check with `in` would never be the one that the text of it makes. Everything else stays.
 */
export function stableExpression(text: string): string {
  let settled = '';
  let at = 0;
  // Constants and quoted names may hold the same characters.
  const tokens = /'(?:[^']|'')*'|"(?:[^"]|"")*"|\(ARRAY\[/g;
  for (let found = tokens.exec(text); found !== null; found = tokens.exec(text)) {
    if (found[0] !== '(ARRAY[') continue;
    const { elements, end } = elementsIn(text, tokens.lastIndex);
    const cast = /^\)::((?:[\w. ]|"(?:[^"]|"")*")+(?:\(\d+(?:,\d+)?\))?)\[\]/.exec(text.slice(end));
    if (cast === null) continue;
    const [all, type = ''] = cast;
    const array = elements.map((element) => `(${stableExpression(element)})::${type}`).join(', ');
    settled += `${text.slice(at, found.index)}ARRAY[${array}]`;
    at = end + all.length;
    tokens.lastIndex = at;
  }
  return settled + text.slice(at);
}

/** The elements of an array from behind its bracket on, and the place behind its end. */
function elementsIn(text: string, from: number): { readonly elements: readonly string[]; readonly end: number } {
  const elements: string[] = [];
  let [depth, at] = [0, from];
  // Constants, quoted names, brackets, commas; whatever else there is lies between.
  for (const found of text.slice(from).matchAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|[[\](),]/g)) {
    const [token] = found;
    const place = from + found.index;
    if (token === ',' && depth === 0) {
      elements.push(text.slice(at, place).trim());
      at = place + 1;
    }
    if (token === ']' && depth === 0) return { elements: [...elements, text.slice(at, place).trim()], end: place + 1 };
    if (token === '(' || token === '[') depth += 1;
    if (token === ')' || token === ']') depth -= 1;
  }
  return { elements: [], end: from };
}
