import { kernelError } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';
import { quoteInput } from '../error/quote-input.ts';
import { jsoncParser } from './jsonc-parser.ts';
import { pointerOf } from './json-pointer.ts';

/** Returns the line and column of an offset, both starting at 1. */
export function placeOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/**
 * Returns the first error in the JSON `text`, which is excessive nesting, a duplicate key or an unexpected token. The
 * position is the place where a person would look for it. Returns `null` if there is no error.
 */
export function explainJson(text: string, file: string, depthLimit: number): KernelError | null {
  const syntax = (offset: number, problem: string): KernelError =>
    kernelError('CONFIG_SYNTAX', { file, ...placeOf(text, offset), problem });
  if (text.trim() === '') return syntax(0, 'the file is empty; expected "{"');
  const deep = tooDeep(text, depthLimit);
  if (deep !== null) return syntax(deep, `objects and arrays are nested more than ${depthLimit} levels deep`);

  let first: KernelError | null = null;
  const keys: Set<string>[] = [];
  jsoncParser().visit(
    text,
    {
      onObjectBegin: () => {
        keys.push(new Set());
      },
      onObjectEnd: () => {
        keys.pop();
      },
      onObjectProperty: (key, offset, _length, _line, _character, path) => {
        const pointer = pointerOf([...path(), key]);
        const place = placeOf(text, offset);
        if (keys.at(-1)?.has(key)) first ??= kernelError('CONFIG_KEY_DUPLICATE', { file, ...place, pointer, key });
        keys.at(-1)?.add(key);
      },
      onError: (_code, offset) => {
        first ??= syntax(...problemAt(text, offset));
      },
    },
    { disallowComments: true, allowTrailingComma: false },
  );
  return first;
}

/** Returns the offset of the first bracket that exceeds the limit. */
function tooDeep(text: string, limit: number): number | null {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i];
    if (inString && char === '\\') i += 1;
    else if (char === '"') inString = !inString;
    else if (inString) continue;
    else if (char === '{' || char === '[') depth += 1;
    else if (char === '}' || char === ']') depth -= 1;
    if (depth > limit) return i;
  }
  return null;
}

/** Returns the position and the description of a syntax error. It never quotes a value, which may be a secret. */
function problemAt(text: string, offset: number): [offset: number, problem: string] {
  const char = text[offset];
  if (char === undefined) return [offset, 'the file ends too early; a closing "}", "]" or quotation mark is missing'];
  const before = text.slice(0, offset).trimEnd();
  if ((char === '}' || char === ']') && before.endsWith(',')) {
    return [before.length - 1, 'found a trailing comma ","; JSON does not allow one'];
  }
  const rest = text.slice(offset);
  const comment = /^\/[/*]/.exec(rest)?.[0];
  if (comment !== undefined) return [offset, `found a comment "${comment}"; JSON does not allow comments`];
  if (char === '"') {
    const key = /^"((?:[^"\\\n]|\\.){1,60})"\s*:/.exec(rest)?.[1];
    if (key !== undefined) return [offset, `unexpected key ${quoteInput(key)}; a comma is missing before it`];
    return [
      offset,
      'unexpected string; a comma or colon before it, or its closing quotation mark, is missing, or it has a bad escape',
    ];
  }
  const word = /^(?:true|false|null|undefined|nan|infinity|none|nil|yes|no|on|off)\b/i.exec(rest)?.[0];
  return [offset, `unexpected token ${quoteInput(word ?? String.fromCodePoint(rest.codePointAt(0) ?? 0))}`];
}
