import { isKernelError, kernelError } from '../error/kernel-codes.ts';
import { shortMessage } from '../error/short-message.ts';
import { serverErrorOf } from './server-error.ts';
import type { Session } from './session.ts';
import { serverSqlState } from './sql-state.ts';

/**
 * Converts an error that a session threw while no revision was running to DATABASE_PRIVILEGE or DATABASE_UNREACHABLE.
 * Returns the error unchanged if neither applies.
 */
export function explainSessionError(error: unknown, session: Session): unknown {
  if (isKernelError(error)) return error;
  const { shown: database, user } = session;
  const server = serverErrorOf(error);
  if (server?.code === serverSqlState.insufficientPrivilege) {
    const details = { database, user, missing: server.message, revision: null };
    return kernelError('DATABASE_PRIVILEGE', details, { cause: error });
  }
  // The server closed the connection (57P…), or the network failed (class 08).
  if (session.lost || /^(?:57P|08)/.test(server?.code ?? '')) {
    return kernelError('DATABASE_UNREACHABLE', { database, reason: shortMessage(error) }, { cause: error });
  }
  return error;
}
