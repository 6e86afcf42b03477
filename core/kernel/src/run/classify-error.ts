import { isKernelError, kernelError } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';
import { shortMessage } from '../error/short-message.ts';
import type { RunnableStep } from './batches.ts';
import { serverErrorOf, serverState, kernelState, type ServerError } from '../db/foreign-error.ts';
import type { Session } from '../db/session.ts';

/** How the run goes on after an error of a batch. */
export type Verdict =
  /** Another session has the lock: wait, read the ledger, plan again. */
  | { readonly kind: 'busy' }
  /** The ledger is not what the plan was made from: read it and plan again. */
  | { readonly kind: 'stale' }
  /** The connection broke: connect, wait for the lock, look whether it was committed. */
  | { readonly kind: 'lost'; readonly reason: string }
  /** The table locks were not to be had: the same again, a little later. */
  | { readonly kind: 'retry' }
  /** Too much for one transaction: the same, one by one. */
  | { readonly kind: 'split' }
  | { readonly kind: 'fail'; readonly error: KernelError };

/** What is known where a batch failed. */
export interface Scene {
  readonly session: Session;
  /** The step that was running. */
  readonly step: RunnableStep;
  /** How many steps the batch has. */
  readonly size: number;
  /** What this run had committed before. */
  readonly applied: readonly string[];
}

/** Decides how the run goes on after an error of a batch. */
export function classifyError(error: unknown, scene: Scene): Verdict {
  if (isKernelError(error)) return { kind: 'fail', error };
  const server = serverErrorOf(error);
  if (server === null) {
    if (scene.session.lost) return { kind: 'lost', reason: shortMessage(error) };
    return { kind: 'fail', error: failed(scene, shortMessage(error), null, error) };
  }
  switch (server.code) {
    case kernelState.busy:
      return { kind: 'busy' };
    case kernelState.stale:
      return { kind: 'stale' };
    case serverState.lockNotAvailable:
    case serverState.deadlock:
    case serverState.serializationFailure:
      return { kind: 'retry' };
    case serverState.unsafeNewEnumValue:
    case serverState.objectInUse:
    case serverState.outOfMemory:
      if (scene.size > 1) return { kind: 'split' };
      break;
    default:
  }
  // A connection that the server ended on purpose (57P01, 57P02, 57P03) or class 08.
  if (scene.session.lost || /^(57P0[1235]|08)/.test(server.code)) return { kind: 'lost', reason: server.message };
  return { kind: 'fail', error: explain(server, scene, error) };
}

function explain(server: ServerError, scene: Scene, cause: unknown): KernelError {
  const { session, step, applied } = scene;
  const revision = step.id;
  switch (server.code) {
    case kernelState.envelope:
      return kernelError('ENVELOPE_VIOLATED', { revision, reason: server.message, applied }, { cause });
    case serverState.featureNotSupported:
    case serverState.invalidTermination:
      if (!/transaction/i.test(server.message)) break;
      return kernelError(
        'ENVELOPE_VIOLATED',
        { revision, reason: `it tries to end the transaction it runs in (${server.message})`, applied },
        { cause },
      );
    case serverState.insufficientPrivilege:
      return kernelError(
        'DATABASE_PRIVILEGE',
        { database: session.shown, user: session.user, missing: server.message, revision },
        { cause },
      );
    case serverState.readOnlyTransaction:
      return kernelError(
        'DATABASE_READ_ONLY',
        { database: session.shown, reason: 'is read-only', pending: [revision] },
        { cause },
      );
    case serverState.activeTransaction:
      return failed(scene, `${server.message}; such a statement needs \`transaction: false\``, server, cause);
    default:
  }
  return failed(scene, server.message, server, cause);
}

function failed(scene: Scene, reason: string, server: ServerError | null, cause: unknown): KernelError {
  const { step, applied } = scene;
  const place = placeOf(server);
  return kernelError(
    'MIGRATION_FAILED',
    {
      revision: step.id,
      direction: step.direction,
      file: step.revision?.file ?? null,
      reason,
      sqlState: server?.code ?? null,
      detail: server?.detail ?? null,
      line: place?.line ?? null,
      statement: place?.text ?? null,
      applied,
    },
    { cause },
  );
}

/** The line of the revision's SQL at which the server stopped reading. */
function placeOf(server: ServerError | null): { readonly line: number; readonly text: string } | null {
  if (server?.internalQuery === undefined || server.internalPosition === undefined) return null;
  // PostgreSQL counts characters, JavaScript UTF-16 units.
  const before = [...server.internalQuery].slice(0, server.internalPosition - 1).join('');
  const line = before.split('\n').length;
  return { line, text: (server.internalQuery.split('\n')[line - 1] ?? '').trim().slice(0, 200) };
}
