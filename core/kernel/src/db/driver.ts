// Whoever imports these sources compiles them too, and finds no other way to the types.
// oxlint-disable-next-line typescript/triple-slash-reference
/// <reference path="./pg-lib-client.d.ts" />

/** The client of `pg`, without the pool and the search for a native driver. */
export { default as PgClient } from 'pg/lib/client.js';
