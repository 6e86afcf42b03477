import { kernelError } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';
import type { Json } from './config.ts';
import { explainJson, placeOf } from './json-syntax-error.ts';
import { pointerOf } from './json-pointer.ts';

/** The maximum nesting depth of objects and arrays. */
export const depthLimit = 64;

const reserved = new Set(['__proto__', 'constructor', 'prototype']);

/** Decodes and parses the bytes of a config file. Throws CONFIG_SYNTAX and the errors of {@link parseJson}. */
export function parseBytes(bytes: Buffer, file: string): Json {
  const syntax = (line: number, column: number, problem: string): KernelError =>
    kernelError('CONFIG_SYNTAX', { file, line, column, problem });
  const mark = bytes.subarray(0, 4).toString('hex');
  if (mark.startsWith('efbbbf'))
    throw syntax(1, 1, 'found a byte order mark (U+FEFF); save the file as UTF-8 without it');
  // A file in UTF-16 begins with a byte order mark, or one of its first two bytes is zero.
  if (/^(fffe|feff|00..|..00)/.test(mark)) throw syntax(1, 1, 'the file is in UTF-16; save it as UTF-8');
  const text = bytes.toString('utf8');
  // Decoding replaces invalid bytes, so if there are any, encoding the text again produces different bytes.
  if (!bytes.equals(Buffer.from(text))) {
    const { line, column } = placeOf(text, text.indexOf('\ufffd'));
    throw syntax(line, column, 'found a byte that is not UTF-8');
  }
  return parseJson(text, file);
}

/**
 * Parses strict JSON without duplicate or reserved keys, at most {@link depthLimit} deep. `file` is for messages.
 * Throws CONFIG_SYNTAX, CONFIG_KEY_DUPLICATE, CONFIG_KEY_RESERVED.
 */
export function parseJson(text: string, file: string): Json {
  let json: Json;
  try {
    // The type describes everything that JSON.parse returns.
    json = JSON.parse(text) as Json;
  } catch (error) {
    throw explainJson(text, file, depthLimit) ?? unexplained(text, file, error);
  }
  const keys = countKeys(json, [], file);
  // JSON.parse keeps only the last of two equal keys. A duplicate key therefore leaves fewer keys than colons.
  const suspicious = keys === null || keys !== countColons(text);
  const explained = suspicious ? explainJson(text, file, depthLimit) : null;
  if (explained !== null) throw explained;
  return json;
}

/** Counts the keys in `json`. Returns `null` if it is nested too deeply. Throws CONFIG_KEY_RESERVED. */
function countKeys(json: Json, path: readonly string[], file: string): number | null {
  if (typeof json !== 'object' || json === null) return 0;
  if (path.length >= depthLimit) return null;
  let keys = 0;
  for (const [key, value] of Object.entries(json)) {
    const here = [...path, key];
    if (!Array.isArray(json)) {
      if (reserved.has(key)) throw kernelError('CONFIG_KEY_RESERVED', { file, key, pointer: pointerOf(here) });
      keys += 1;
    }
    // Most values are neither object nor array.
    if (typeof value !== 'object' || value === null) continue;
    const inside = countKeys(value, here, file);
    if (inside === null) return null;
    keys += inside;
  }
  return keys;
}

/** Counts the colons outside strings, in text known to be valid JSON. */
function countColons(text: string): number {
  return text.replaceAll(/"(?:[^"\\]|\\.)*"/g, '').split(':').length - 1;
}

/** Uses the position in V8's message but not its wording, which quotes the text and may reveal a secret. */
function unexplained(text: string, file: string, error: unknown): KernelError {
  const position = Number(/position (\d+)/.exec(String(error))?.[1] ?? 0);
  return kernelError('CONFIG_SYNTAX', { file, ...placeOf(text, position), problem: 'this is not JSON' });
}
