/** The schemas of an application in its database. */
export interface Schemas {
  /** The schema of the application's tables. Names in revisions and entities are relative to it. */
  readonly tables: string;
  /** The schema of the ledger. */
  readonly ledger: string;
}

/** The schemas of an application that names none. */
export const usualSchemas: Schemas = Object.freeze({ tables: 'public', ledger: 'kernel' });

/** The longest name in bytes. PostgreSQL silently truncates a longer one, and two applications could then share it. */
const longestName = 63;

/** Whether a schema of this name can be created. PostgreSQL reserves the prefix `pg_` and its information schema. */
export function isSchemaName(name: string): boolean {
  const bytes = Buffer.byteLength(name);
  return bytes > 0 && bytes <= longestName && !name.includes('\0') && !/^pg_|^information_schema$/.test(name);
}
