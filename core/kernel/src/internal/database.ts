/** Internal door `@headwater/kernel/internal/database`, for `@headwater/dev` alone: sessions and single steps on them. */
export { openPglite } from '../db/pglite-session.ts';
export type { PgliteSession } from '../db/pglite-session.ts';
export { missingExtensionIn, serverErrorOf, serverRemarks } from '../db/server-error.ts';
export { openSession } from '../db/session.ts';
export type { Session } from '../db/session.ts';
export { serverSqlState } from '../db/sql-state.ts';
export { oldestSupportedMajor } from '../db/supported-versions.ts';
export { explainSessionError } from '../db/explain-session-error.ts';
export { withSession } from '../db/with-session.ts';
export { readOthers } from '../ledger/claims.ts';
export { concurrentDropOf, concurrentIndexOf } from '../run/concurrent-index.ts';
export { isolatedScript, restoreScript } from '../run/restore-session.ts';
