import fc from 'fast-check';

/** Texts that break parsers: of JSON, of URLs, of SQL, of names, and of prototypes. */
const tokens = [
  '{', '}', '[', ']', ',', ':', '"', '\\', '\\u0000', '//', '/*', '\u0000', '\ufeff', '\r\n', '\u202e', '\ud800', 'null', 'true', '-1', '1e999',
  '9007199254740993', '"__proto__"', '"constructor"', '${', '${CANARY}', '}', '@', '%', '%00', '?', '#', '../', 'file:', 'data:', '$$', ';', '--',
  "'", '`', '*', '^', '~', '>=', 'x'.repeat(300), '['.repeat(200), '{"a":'.repeat(100),
]; // prettier-ignore

type Edit = (text: string) => string;

/** Edits of a text: flip a character, cut, repeat, remove or move a part, or insert a token. */
const edit: fc.Arbitrary<Edit> = fc
  .tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(12), fc.constantFrom(...tokens), fc.nat(5), fc.nat(0xffff))
  .map(([place, length, token, kind, code]): Edit => (text) => {
    const at = Math.floor(place * text.length);
    const [before, part, after] = [text.slice(0, at), text.slice(at, at + length), text.slice(at + length)];
    switch (kind) {
      case 0:
        return before + String.fromCharCode(code) + text.slice(at + 1);
      case 1:
        return before;
      case 2:
        return before + part + part + after;
      case 3:
        return before + after;
      case 4:
        return after + part + before;
      default:
        return before + token + text.slice(at);
    }
  });

/** Returns texts that are made from one of `seeds` by up to four edits. */
export function mutationsOf(seeds: readonly string[]): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...seeds), fc.array(edit, { minLength: 1, maxLength: 4 }))
    .map(([text, edits]) => edits.reduce((changed, change) => change(changed), text));
}
