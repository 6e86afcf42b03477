import { createRequire } from 'node:module';
import type * as Jsonc from 'jsonc-parser';

/**
 * Loads the package jsonc-parser, which is needed only to explain a syntax error or to edit a file. It is loaded by
 * `require`, so that reading a config stays synchronous.
 */
export function jsoncParser(): typeof Jsonc {
  const load = createRequire(import.meta.url);
  // The package's own declarations describe what its main file exports.
  return load('jsonc-parser') as typeof Jsonc;
}
