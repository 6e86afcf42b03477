import { createRequire } from 'node:module';
import type * as Jsonc from 'jsonc-parser';

/**
 * jsonc-parser, loaded when something has to be explained or edited: a config that is fine never pays for it. Through
 * `require`, so that reading a config stays synchronous.
 */
export function jsoncParser(): typeof Jsonc {
  const load = createRequire(import.meta.url);
  // The package's own declarations describe what its main file exports.
  return load('jsonc-parser') as typeof Jsonc;
}
