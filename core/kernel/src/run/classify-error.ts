import { explainSessionError } from '../db/explain-session-error.ts';
import { isKernelError, kernelError } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';
import { shortMessage } from '../error/short-message.ts';
import type { RunnableStep } from './batches.ts';
import {
  isConnectionLoss,
  isIntervention,
  isResourceError,
  missingExtensionIn,
  serverErrorOf,
  serverRemarks,
  type ServerError,
} from '../db/server-error.ts';
import { damagedLedger } from '../ledger/damaged-ledger.ts';
import { quoteIdentifier } from '../sql/quote.ts';
import type { RunContext } from './run-context.ts';
import { NontransactionalError, type InvalidIndex } from './nontransactional-error.ts';
import { kernelSqlState, serverSqlState } from '../db/sql-state.ts';
import type { Session } from '../db/session.ts';

/** How a run continues after an error in a batch. */
export type Verdict =
  /** Another session holds the migration lock: wait, read the ledger and plan again. */
  | { readonly kind: 'busy' }
  /** The ledger has changed since the plan was made: read it and plan again. */
  | { readonly kind: 'stale' }
  /** The connection broke: connect, wait for the lock, and check whether the batch was committed. */
  | { readonly kind: 'lost'; readonly cause: unknown }
  /** The table locks were not granted: run the batch again a little later. */
  | { readonly kind: 'retry' }
  /** The revisions of the batch have to run one by one. */
  | { readonly kind: 'split' }
  | { readonly kind: 'fail'; readonly error: KernelError };

/** The circumstances of an error. */
export interface ErrorContext {
  readonly session: Session;
  /** A stamp runs no text of a revision. */
  readonly kind: RunContext['kind'];
  /** The step that was running. */
  readonly step: RunnableStep;
  /** The number of steps in the batch. */
  readonly size: number;
  /** The ids that this run committed before the batch. */
  readonly applied: readonly string[];
  /** The state that a failed statement outside a transaction left behind; `null` if the batch was rolled back. */
  readonly outside?: { readonly leftover: InvalidIndex | null };
}

/** Decides how a run continues after an error in a batch. */
export function classifyError(error: unknown, context: ErrorContext): Verdict {
  if (isKernelError(error)) return { kind: 'fail', error };
  if (error instanceof NontransactionalError) {
    const { cause, lost, leftover } = error;
    if (lost) return { kind: 'lost', cause };
    return classifyError(cause, { ...context, outside: { leftover } });
  }
  const passing = passingVerdict(error, context.session);
  if (passing !== null) return passing;
  const server = serverErrorOf(error);
  if (server === null) return { kind: 'fail', error: failed(context, shortMessage(error), null, error) };
  if (server.code === serverSqlState.readOnlyTransaction && isLedgerStatement(server, context.session)) {
    // The kernel has begun the transaction as one that may write.
    const reason = 'it makes its transaction read-only';
    const details = { revision: context.step.id, reason, outcome: 'rolled back', applied: context.applied } as const;
    return { kind: 'fail', error: kernelError('ENVELOPE_VIOLATED', details, { cause: error }) };
  }
  const isLedger = isLedgerStatement(server, context.session);
  if (server.code === kernelSqlState.damaged || (isLedger && !isResourceError(server) && !isIntervention(server))) {
    return { kind: 'fail', error: damagedLedger(context.session, server.message, error) };
  }
  if (isLedger || context.kind === 'stamp') {
    // No text of a revision was running.
    const explained = explainSessionError(error, context.session, context.step.id);
    if (isKernelError(explained)) return { kind: 'fail', error: explained };
  }
  // If they run one by one, the revisions before the failing one take effect, and its error is reported as if it had
  // run alone.
  if (context.size > 1) return { kind: 'split' };
  return { kind: 'fail', error: explain(server, context, error) };
}

/** Returns the verdict on an error after which the run continues, and `null` for any other error. */
export function passingVerdict(error: unknown, session: Session): Verdict | null {
  switch (serverErrorOf(error)?.code) {
    case kernelSqlState.busy:
      return { kind: 'busy' };
    case kernelSqlState.stale:
      return { kind: 'stale' };
    case serverSqlState.lockNotAvailable:
    case serverSqlState.deadlock:
    case serverSqlState.serializationFailure:
      return { kind: 'retry' };
    default:
      return isConnectionLoss(error, session) ? { kind: 'lost', cause: error } : null;
  }
}

/**
 * Whether the envelope's own statement on the ledger failed, and not the text of a revision. The last line of the
 * context is the outermost statement, and only texts run by EXECUTE. The server translates the words around it.
 */
function isLedgerStatement(
  { where = '', internalQuery = where }: ServerError,
  { schemas }: Pick<Session, 'schemas'>,
): boolean {
  const outermost = where.split('\n').at(-1) ?? '';
  const isOwn = outermost.includes('inline_code_block') && !outermost.includes('EXECUTE');
  const schema = quoteIdentifier(schemas.ledger);
  return isOwn && ['format', 'ledger', 'event'].some((table) => internalQuery.includes(`${schema}.${table}`));
}

function explain(server: ServerError, context: ErrorContext, cause: unknown): KernelError {
  const { session, step, applied } = context;
  const revision = step.id;
  const extension = session.kind === 'pglite' ? missingExtensionIn(server) : null;
  if (extension !== null) {
    const details = { database: session.shown, extension, unfit: null, revision, applied };
    return kernelError('EMBEDDED_EXTENSION_MISSING', details, { cause });
  }
  switch (server.code) {
    case serverSqlState.featureNotSupported:
    case serverSqlState.invalidTermination:
      if (!/transaction/i.test(server.message)) break;
      return kernelError(
        'ENVELOPE_VIOLATED',
        { revision, reason: `it tries to end its transaction (${server.message})`, outcome: 'rolled back', applied },
        { cause },
      );
    case serverSqlState.insufficientPrivilege:
      return kernelError(
        'DATABASE_PRIVILEGE',
        {
          database: session.shown,
          user: session.user,
          missing: server.message,
          revision,
          ledger: session.schemas.ledger,
        },
        { cause },
      );
    case serverSqlState.readOnlyTransaction:
      return kernelError(
        'DATABASE_READ_ONLY',
        { database: session.shown, reason: 'is read-only', pending: [revision] },
        { cause },
      );
    case serverSqlState.activeTransaction:
      return failed(
        context,
        `${server.message}; a revision with this statement needs \`transaction: false\``,
        server,
        cause,
      );
    default:
  }
  return failed(context, server.message, server, cause);
}

function failed(context: ErrorContext, reason: string, server: ServerError | null, cause: unknown): KernelError {
  const { step, applied } = context;
  const position = positionIn(server, context);
  return kernelError(
    'MIGRATION_FAILED',
    {
      revision: step.id,
      direction: step.direction,
      file: step.revision?.file ?? null,
      reason,
      sqlState: server?.code ?? null,
      detail: server === null ? null : serverRemarks(server),
      line: position?.line ?? null,
      column: position?.column ?? null,
      statement: position?.text ?? null,
      applied,
      outside: context.outside ?? null,
    },
    { cause },
  );
}

/** A place in the SQL of a revision, with the text of its line. */
interface Position {
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

/** Returns the place in the revision's SQL at which the server reports an error. */
function positionIn(server: ServerError | null, { step, outside }: ErrorContext): Position | null {
  const body = step.direction === 'up' ? step.revision?.up : step.revision?.down;
  // Outside a transaction the text is sent as it is, otherwise a block executes it.
  const isSent = outside !== undefined && body?.kind === 'sql';
  const text = isSent ? body.text : server?.internalQuery;
  const position = isSent ? server?.position : server?.internalPosition;
  if (text === undefined || position === undefined) return null;
  // PostgreSQL counts characters, JavaScript counts UTF-16 units.
  const before = [...text]
    .slice(0, position - 1)
    .join('')
    .split('\n');
  const line = before.length;
  const column = [...(before.at(-1) ?? '')].length + 1;
  return { line, column, text: (text.split('\n')[line - 1] ?? '').trim().slice(0, 200) };
}
