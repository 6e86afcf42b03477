import type { LoadedApp } from '@headwater/kernel/internal/boot';
import { openSession, type PgliteSession } from '@headwater/kernel/internal/database';
import { catalogWrites, dropAllSchemas, nextTransaction } from './catalog-changes.ts';
import { headsHash, upgradeToHeads } from './heads.ts';
import { overrideSession } from './override-session.ts';
import { restoreSnapshot, takeSnapshot, type Snapshot } from './snapshot.ts';

/** An engine. It takes almost a second to start and about 200 MB, so it is reused by one application after another. */
interface Engine {
  readonly session: PgliteSession;
  /** The {@link nextTransaction} of the new engine. */
  readonly first: string;
  /** The database at the heads of its latest application; `null` if that application did not reach its heads. */
  heads: Heads | null;
}

/** A database at its heads. */
interface Heads {
  /** The {@link headsHash}. */
  readonly hash: string;
  readonly snapshot: Snapshot;
  /** The {@link catalogWrites}. */
  readonly writes: string;
}

/**
 * Opens an embedded database in memory. It is at the heads of the given application, or empty if that is `null`. It
 * reuses the engine of the last database that this process closed, unless that engine cannot be cleaned.
 */
export async function openEmbedded(loaded: LoadedApp | null): Promise<PgliteSession> {
  const engine = (await cleaned(takeIdle(), loaded)) ?? (await newEngine());
  const { session } = engine;
  try {
    if (engine.heads === null && loaded !== null) {
      await upgradeToHeads(session, loaded);
      const hash = headsHash(loaded, session);
      engine.heads = { hash, snapshot: await takeSnapshot(session.query, 'all'), writes: await catalogWrites(session) };
    }
  } catch (error) {
    park(engine);
    throw error;
  }
  return lend(engine);
}

async function newEngine(): Promise<Engine> {
  const opened = await openSession({ kind: 'pglite', directory: null, shown: 'pglite:// (in memory)' });
  // An embedded target has a session of this type.
  const session = opened as PgliteSession;
  return { session, first: await nextTransaction(session), heads: null };
}

/**
 * Lends the engine to one application. Code that still runs after its application has stopped finds the database
 * closed, and cannot reach the database of the next application.
 */
function lend(engine: Engine): PgliteSession {
  const { session } = engine;
  let closed = false;
  const lent = new Proxy(session.engine, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return key === 'closed' ? closed : value;
      return (...args: readonly unknown[]): unknown => {
        if (closed) throw new Error('the test kernel has stopped, and its database is closed');
        return Reflect.apply(value, target, args);
      };
    },
  });
  return overrideSession(session, {
    engine: lent,
    async close() {
      if (!closed) park(engine);
      closed = true;
    },
  });
}

/**
 * Returns the engine with an empty database, or with one that is already at the heads of `loaded`. Closes the engine
 * and returns `null` if it cannot be cleaned.
 */
async function cleaned(engine: Engine | null, loaded: LoadedApp | null): Promise<Engine | null> {
  if (engine === null) return null;
  if ((await isFree(engine)) && (await clean(engine, loaded).catch(() => false))) return engine;
  end(engine);
  return null;
}

/** The milliseconds to wait for a transaction that an application left open. */
const openTransactionTimeout = 2000;

/** Whether the engine responds: an open transaction would block it. */
async function isFree({ session }: Engine): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, openTransactionTimeout, false);
  });
  const free = session.query('rollback').then(
    () => true,
    () => false,
  );
  return Promise.race([free, late]).finally(() => clearTimeout(timer));
}

async function clean(engine: Engine, loaded: LoadedApp | null): Promise<boolean> {
  const { session, first, heads } = engine;
  await session.query('discard all');
  const wanted = loaded === null ? null : headsHash(loaded, session);
  if (heads === null || heads.hash !== wanted || (await catalogWrites(session)) !== heads.writes) {
    engine.heads = null;
    return dropAllSchemas(session, first);
  }
  await session.query('begin');
  await restoreSnapshot(session.query, heads.snapshot, 'all');
  await session.query('commit');
  return true;
}

const idle: unique symbol = Symbol.for('headwater.testing.idle');

/** An unused engine, and the timer that closes it when its process is done. */
interface Idle {
  readonly engine: Engine;
  readonly watch: NodeJS.Timeout;
}

/** Global, since a runner that runs several test files in one process loads this module once for each file. */
const globals = globalThis as { [idle]?: Idle | undefined };

function takeIdle(): Engine | null {
  const { engine = null, watch } = globals[idle] ?? {};
  clearInterval(watch);
  globals[idle] = undefined;
  return engine;
}

function park(engine: Engine): void {
  // One idle engine is enough, since two applications at once are rare.
  end(takeIdle());
  const watch = setInterval(() => {
    if (isDone()) end(takeIdle());
  }, 100).unref();
  globals[idle] = { engine, watch };
}

/** Closes an engine. Nothing waits for it, since code that still uses the engine may never finish. */
function end(engine: Engine | null): void {
  engine?.session.close().catch(() => {});
}

/** Whether only PostgreSQL's timers keep this process alive. They continue in an unused engine. */
function isDone(): boolean {
  const passive = new Set(['Timeout', 'PipeWrap', 'TTYWrap']);
  // Standard output and the channel to a runner's main process are both pipes; only the latter keeps a process alive.
  return process.channel === undefined && process.getActiveResourcesInfo().every((kind) => passive.has(kind));
}
