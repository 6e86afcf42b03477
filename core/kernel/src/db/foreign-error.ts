/** What PostgreSQL says of an error; `pg` and PGlite use the same field names. */
export interface ServerError {
  readonly code: string;
  readonly message: string;
  readonly detail: string | undefined;
  readonly where: string | undefined;
  /** Place in the text that was sent, from 1, in characters. */
  readonly position: number | undefined;
  /** Place in the text that `execute` ran, from 1, in characters. */
  readonly internalPosition: number | undefined;
  readonly internalQuery: string | undefined;
}

/** Reads a driver's error as the server's, or gives `null` for one that the server did not send. */
export function serverErrorOf(error: unknown): ServerError | null {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return null;
  if (!/^[0-9A-Z]{5}$/.test(error.code)) return null;
  const text = (key: string): string | undefined => {
    const value: unknown = Reflect.get(error, key);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const place = (key: string): number | undefined => {
    const position = Number(text(key));
    return Number.isInteger(position) && position > 0 ? position : undefined;
  };
  return {
    code: error.code,
    message: error.message,
    detail: text('detail'),
    where: text('where'),
    position: place('position'),
    internalPosition: place('internalPosition'),
    internalQuery: text('internalQuery'),
  };
}

/** SQLSTATEs that the kernel raises itself, in a class that PostgreSQL leaves to applications. */
export const kernelState = {
  /** Another session has the migration lock. */
  busy: 'HW001',
  /** What the plan rests on is no longer so: read the ledger and plan again. */
  stale: 'HW002',
  /** The revision changed what its envelope rests on. */
  envelope: 'HW003',
  /** Notice: this revision begins. */
  begins: 'HW100',
  /** Notice: this revision had been applied by another process. */
  skipped: 'HW101',
} as const;

/** SQLSTATEs of PostgreSQL on which the protocol acts (Appendix A of its documentation). */
export const serverState = {
  undefinedTable: '42P01',
  undefinedColumn: '42703',
  undefinedSchema: '3F000',
  lockNotAvailable: '55P03',
  deadlock: '40P01',
  serializationFailure: '40001',
  unsafeNewEnumValue: '55P04',
  objectInUse: '55006',
  outOfMemory: '53200',
  insufficientPrivilege: '42501',
  readOnlyTransaction: '25006',
  featureNotSupported: '0A000',
  activeTransaction: '25001',
  invalidTermination: '2D000',
} as const;
