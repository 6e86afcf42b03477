import { serverSqlState } from './sql-state.ts';

/** An error that PostgreSQL reported. `pg` and PGlite use the same field names. */
export interface ServerError {
  /** SQLSTATE. */
  readonly code: string;
  readonly message: string;
  readonly detail: string | undefined;
  readonly hint: string | undefined;
  readonly where: string | undefined;
  /** The position in the text that was sent, in characters, starting at 1. */
  readonly position: number | undefined;
  /** The position in the text that `execute` ran, in characters, starting at 1. */
  readonly internalPosition: number | undefined;
  readonly internalQuery: string | undefined;
}

/** Returns the server error behind a driver's error; `null` if the error does not come from the server. */
export function serverErrorOf(error: unknown): ServerError | null {
  // Errors of the operating system have codes like EPERM, and name the system call.
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string' || 'syscall' in error)
    return null;
  if (!/^[0-9A-Z]{5}$/.test(error.code)) return null;
  const text = (key: string): string | undefined => {
    const value: unknown = Reflect.get(error, key);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const position = (key: string): number | undefined => {
    const value = Number(text(key));
    return Number.isInteger(value) && value > 0 ? value : undefined;
  };
  return {
    code: error.code,
    message: error.message,
    detail: text('detail'),
    hint: text('hint'),
    where: text('where'),
    position: position('position'),
    internalPosition: position('internalPosition'),
    internalQuery: text('internalQuery'),
  };
}

/** Returns what the server adds to its message, a line each: `DETAIL: …` and `HINT: …`. `null` if it adds nothing. */
export function serverRemarks({ detail, hint }: Pick<ServerError, 'detail' | 'hint'>): string | null {
  const lines = [
    ...(detail === undefined ? [] : [`DETAIL: ${detail}`]),
    ...(hint === undefined ? [] : [`HINT: ${hint}`]),
  ];
  return lines.length === 0 ? null : lines.join('\n');
}

/**
 * Whether an error means that the connection was lost, either because the server closed it (57P01, 57P02, 57P03, and
 * 57P05, 25P03 and 25P04 for a time limit) or because the network failed (class 08, or no answer from the server at
 * all).
 */
export function isConnectionLoss(error: unknown, session: { readonly lost: boolean }): boolean {
  return session.lost || /^(?:57P0[1235]|25P0[34]|08)/.test(serverErrorOf(error)?.code ?? '');
}

/** Whether the server closed the connection because of a time limit on sessions or transactions. */
export function isTimeLimit(error: unknown): boolean {
  return /^(?:57P05|25P0[34])$/.test(serverErrorOf(error)?.code ?? '');
}

/** Whether an error means that the server lacks disk space, memory or connections, or cannot use its files (53, 58). */
export function isResourceError({ code }: ServerError): boolean {
  return /^(?:53|58)/.test(code);
}

/** Whether an error means that an operator or a time limit ended the statement (57). */
export function isIntervention({ code }: ServerError): boolean {
  return code.startsWith('57');
}

/** Whether an error means that a relation, a column or a type is not as a statement expects it (class 42, 3F000). */
export function isShapeError({ code }: ServerError): boolean {
  return (
    code === serverSqlState.undefinedSchema || (code.startsWith('42') && code !== serverSqlState.insufficientPrivilege)
  );
}

/** Returns the extension that a statement could not create because the server does not have it; `null` for other errors. */
export function missingExtensionIn({ code, message }: ServerError): string | null {
  if (code !== serverSqlState.featureNotSupported) return null;
  return /^extension "(.+)" is not available$/.exec(message)?.[1] ?? null;
}
