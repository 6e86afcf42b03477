import { isKernelError, kernelError } from '../error/kernel-codes.ts';
import { shortMessage } from '../error/short-message.ts';
import { isConnectionLoss, isShapeError, isTimeLimit, serverErrorOf } from './server-error.ts';
import type { Session } from './session.ts';
import { kernelSqlState, serverSqlState } from './sql-state.ts';

/**
 * Converts an error that a session threw while no revision was running: to DATABASE_PRIVILEGE, DATABASE_READ_ONLY,
 * DATABASE_UNREACHABLE, LEDGER_DAMAGED or DATABASE_QUERY_FAILED. Returns an error unchanged if it comes neither from
 * the server nor from the connection, or is a bug in the kernel. `revision` is the first one that is pending, if any.
 */
export function explainSessionError(error: unknown, session: Session, revision: string | null = null): unknown {
  if (isKernelError(error)) return error;
  const { shown: database, user, schemas } = session;
  const server = serverErrorOf(error);
  if (isConnectionLoss(error, session) && !isTimeLimit(error)) {
    return kernelError(
      'DATABASE_UNREACHABLE',
      { database, reason: shortMessage(error), connected: true },
      { cause: error },
    );
  }
  // A query that does not fit the server's catalog is a bug in the kernel.
  if (server === null || isShapeError(server)) return error;
  switch (server.code) {
    case serverSqlState.insufficientPrivilege:
      return kernelError(
        'DATABASE_PRIVILEGE',
        { database, user, missing: server.message, revision, ledger: schemas.ledger },
        { cause: error },
      );
    case serverSqlState.readOnlyTransaction:
      return kernelError(
        'DATABASE_READ_ONLY',
        { database, reason: 'is read-only', pending: revision === null ? [] : [revision] },
        { cause: error },
      );
    case kernelSqlState.damaged:
      return kernelError(
        'LEDGER_DAMAGED',
        { database, schema: schemas.ledger, problem: server.message },
        { cause: error },
      );
    default:
      return kernelError(
        'DATABASE_QUERY_FAILED',
        { database, reason: server.message, sqlState: server.code },
        { cause: error },
      );
  }
}
