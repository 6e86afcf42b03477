// Whoever imports these sources compiles them too, and finds no other way to the types.
// oxlint-disable-next-line typescript/triple-slash-reference
/// <reference path="./pg-lib-client.d.ts" />
import { init } from 'pg-types/lib/textParsers.js';
import type { PgTypes } from './pg-client.ts';

/**
 * The driver's own parsers of values. A program may replace parsers for its whole process (`pg.types.setTypeParser`),
 * which must not change the values that the kernel reads.
 */
export const parsers = parsersOf(init);

function parsersOf(registerAll: typeof init): PgTypes {
  const byOid = new Map<number, (text: string) => unknown>();
  registerAll((oid, parse) => byOid.set(oid, parse));
  return { getTypeParser: (oid) => byOid.get(oid) ?? String };
}
