/** SQLSTATEs that the kernel raises, in a class that PostgreSQL leaves to applications. */
export const kernelSqlState = {
  /** Another session holds the migration lock. */
  busy: 'HW001',
  /** The ledger has changed since the plan was made: read it and plan again. */
  stale: 'HW002',
  /** Running the revisions as one batch would not have the same result as running them one by one. */
  split: 'HW004',
  /** The ledger is damaged. */
  damaged: 'HW005',
  /** The server lacks a property that migrations depend on. */
  unsupported: 'HW006',
  /** Another application of the database has the schema of the tables or of the ledger. */
  taken: 'HW008',
  /** Undoes the self-test of the server. */
  selfTest: 'HW007',
  /** Notice: this revision begins. */
  begins: 'HW100',
  /** Notice: another process had already applied this revision. */
  skipped: 'HW101',
} as const;

/** SQLSTATEs of PostgreSQL that the kernel handles (Appendix A of the PostgreSQL documentation). */
export const serverSqlState = {
  undefinedTable: '42P01',
  undefinedColumn: '42703',
  undefinedSchema: '3F000',
  undefinedFunction: '42883',
  undefinedObject: '42704',
  queryCanceled: '57014',
  noActiveTransaction: '25P01',
  failedTransaction: '25P02',
  lockNotAvailable: '55P03',
  deadlock: '40P01',
  serializationFailure: '40001',
  insufficientPrivilege: '42501',
  readOnlyTransaction: '25006',
  featureNotSupported: '0A000',
  activeTransaction: '25001',
  invalidTermination: '2D000',
} as const;
