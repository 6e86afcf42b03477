import type { Config } from '../config/config.ts';
import { ownConnections, type Connections, type Use } from '../db/connections.ts';
import { explainSessionError } from '../db/explain-session-error.ts';
import { limitResponses } from '../db/limit-responses.ts';
import type { Session } from '../db/session.ts';
import { kernelError, type Details } from '../error/kernel-codes.ts';
import { explainCancellation } from '../migrate/explain-cancellation.ts';
import { revisionSetOf, type RevisionSet } from '../migrate/revision-set.ts';
import { kernelPackage } from '../plugin/kernel-package.ts';
import { loadPluginSet } from '../plugin/load-plugin-set.ts';
import type { PluginSet } from '../plugin/plugin-set.ts';
import { Cancelled, openCancellation } from '../run/cancellation.ts';

/** A config, its plugins and its database. Every command, `open` and `boot` work on one. */
export interface Project {
  readonly config: Config;
  readonly connections: Connections;
  /** The plugins, whose revisions may contradict each other. Loaded once. Does not connect. */
  readonly pluginSet: () => Promise<PluginSet>;
  /** The plugins, whose revisions form one graph with one head for each branch. Checked once. Does not connect. */
  readonly revisionSet: () => Promise<RevisionSet>;
}

/** Opens a project. Nothing is read or connected before it is needed. */
export function openProject(config: Config, connections: Connections = ownConnections(config.database)): Project {
  const pluginSet = once(() => loadPluginSet(config, kernelPackage()));
  return { config, connections, pluginSet, revisionSet: once(async () => revisionSetOf(await pluginSet())) };
}

function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | null = null;
  return () => (loaded ??= load());
}

/** How an operation uses the database. */
export interface Operation extends Omit<Use, 'operation' | 'writes'> {
  readonly operation: Details<'CANCELLED'>['operation'];
  /** Aborting it cancels the operation: between steps, during waits, and during the running statement. */
  readonly signal?: AbortSignal | undefined;
}

/** Throws CANCELLED if the operation is cancelled before it begins. */
export function assertNotCancelled({ operation, signal }: Operation): void {
  const error = explainCancellation(new Cancelled(signal?.reason), { operation, signal });
  if (error !== null) throw error;
}

/** Reads from the database of a project. Throws CANCELLED, and the errors of connecting and of queries. */
export function readDatabase<T>(
  { config, connections }: Project,
  operation: Operation,
  read: (session: Session) => Promise<T>,
): Promise<T> {
  const { signal } = operation;
  assertNotCancelled(operation);
  const use = { operation: operation.operation, writes: false, signal };
  const done = connections.use(use, async (opened) => {
    const session = limitResponses(opened, config.upgrade.responseTimeout);
    using cancellation = openCancellation(signal, session);
    try {
      cancellation.check();
      return await read(session);
    } catch (error) {
      await cancellation.settled();
      throw (
        explainCancellation(error, operation as Operation & { signal: AbortSignal | undefined }) ??
        explainSessionError(error, session)
      );
    }
  });
  return done.catch((error: unknown) => explainWait(error, operation));
}

/** Throws CANCELLED in place of the reason of the signal, with which the wait for a connection ended. */
export function explainWait(error: unknown, { operation, signal }: Operation): never {
  if (signal?.aborted !== true || error !== signal.reason) throw error;
  throw kernelError('CANCELLED', { operation, revision: null, outside: null, applied: [] }, { cause: error });
}
