/** Internal door `@headwater/kernel/internal/sql`, for `@headwater/dev` alone: reading SQL and tracking the schema that it leaves behind. */
export { isBuiltinFunction } from '../sql/builtin-function.ts';
export { defaultName, longestName } from '../sql/default-name.ts';
export { handOverLine, parseHandOver } from '../sql/hand-over.ts';
export { lookupKey, objectKey, settingKey } from '../sql/object-key.ts';
export type { ObjectAddress } from '../sql/object-key.ts';
export { afterBlank } from '../sql/parse-sql.ts';
export { schemasNamedIn } from '../sql/named-schemas.ts';
export { nameText, parseName } from '../sql/qualified-name.ts';
export { quoteIdentifier, quoteIdentifiers, quoteLiteral, quoteName } from '../sql/quote.ts';
export { readSql, trackSql } from '../sql/read-sql.ts';
export type { SqlStatement } from '../sql/read-sql.ts';
export { identifierIn, scanSql } from '../sql/scan-sql.ts';
export { displayName, kindsNamedInCode } from '../sql/sql-object.ts';
export type { SqlKind, SqlObject, SqlType } from '../sql/sql-object.ts';
export { explainType, isSerial, sqlType, typeSql } from '../sql/sql-type.ts';
export {
  isNullConstant,
  nameFromNodes,
  nodesIn,
  optionsIn,
  relationName,
  relationNames,
  stringsIn,
} from '../sql/syntax-tree.ts';
export { isOptionOn, transactionConflict } from '../sql/transaction-conflict.ts';
export { isTemporary } from '../sql/temporary-objects.ts';
export { trackStatement } from '../sql/track-statement.ts';
export { columnOfKnownTable, findObject, partsOfTable } from '../sql/tracked-object.ts';
export type { TrackedObject, TrackedObjects } from '../sql/tracked-object.ts';
export { trackedSchema } from '../sql/tracked-schema.ts';
export type { TrackedSchema } from '../sql/tracked-schema.ts';
export { isCreatedInSameSql, isNewTable, unattributed } from '../sql/unattributed-sql.ts';
