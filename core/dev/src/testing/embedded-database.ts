import { openSession, type PgliteSession, type Prepared } from '@headwater/kernel/internal';
import { catalogWrites, dropEverything, nextTransaction } from './catalog.ts';
import { headsHash, upgradeToHeads } from './heads.ts';
import { lentSession } from './lent-session.ts';
import { restoreSnapshot, takeSnapshot, type Snapshot } from './snapshot.ts';

/** An engine, which takes most of a second to start and some 200 MB, and so serves one application after another. */
interface Engine {
  readonly session: PgliteSession;
  /** {@link nextTransaction}, when it was new. */
  readonly first: string;
  /** How it was at the heads of the application that has it, or had it last; `null` where it did not get there. */
  heads: Heads | null;
}

interface Heads {
  readonly hash: string;
  readonly snapshot: Snapshot;
  /** {@link catalogWrites} */
  readonly writes: string;
}

/**
 * Opens an embedded database in memory: at the heads of an application, or empty for `null`. It reuses the engine of the
 * database that was closed last in this process, unless that engine cannot be restored to a clean state.
 */
export async function openEmbedded(prepared: Prepared | null): Promise<PgliteSession> {
  const engine = (await renewed(takeIdle(), prepared)) ?? (await newEngine());
  const { session } = engine;
  try {
    if (engine.heads === null && prepared !== null) {
      await upgradeToHeads(session, prepared);
      const hash = headsHash(prepared, session);
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
  // The session of an embedded target is this one.
  const session = opened as PgliteSession;
  return { session, first: await nextTransaction(session), heads: null };
}

/** For one application: what is left running of it finds its database closed, and not that of the next. */
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
  return lentSession(session, {
    engine: lent,
    async close() {
      if (!closed) park(engine);
      closed = true;
    },
  });
}

/** The engine as if it were new, or at the heads already; `null` where it cannot be, and is closed. */
async function renewed(engine: Engine | null, prepared: Prepared | null): Promise<Engine | null> {
  if (engine === null) return null;
  if ((await isFree(engine)) && (await renew(engine, prepared).catch(() => false))) return engine;
  end(engine);
  return null;
}

/** Milliseconds that a transaction gets which its application left open. */
const patience = 2000;

async function isFree({ session }: Engine): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, patience, false);
  });
  const free = session.query('rollback').then(
    () => true,
    () => false,
  );
  return Promise.race([free, late]).finally(() => clearTimeout(timer));
}

async function renew(engine: Engine, prepared: Prepared | null): Promise<boolean> {
  const { session, first, heads } = engine;
  await session.query('discard all');
  const wanted = prepared === null ? null : headsHash(prepared, session);
  if (heads === null || heads.hash !== wanted || (await catalogWrites(session)) !== heads.writes) {
    engine.heads = null;
    return dropEverything(session, first);
  }
  await session.query('begin');
  await restoreSnapshot(session.query, heads.snapshot, 'all');
  await session.query('commit');
  return true;
}

const idle: unique symbol = Symbol.for('headwater.testing.idle');

/** An engine that nobody uses, and what ends it with its process. */
interface Idle {
  readonly engine: Engine;
  readonly watch: NodeJS.Timeout;
}

/** Global, since runners that put several test files into one process load this module anew for each. */
const place = globalThis as { [idle]?: Idle | undefined };

function takeIdle(): Engine | null {
  const { engine = null, watch } = place[idle] ?? {};
  clearInterval(watch);
  place[idle] = undefined;
  return engine;
}

function park(engine: Engine): void {
  // One is enough: two applications at once are rare.
  end(takeIdle());
  const watch = setInterval(() => {
    if (isDone()) end(takeIdle());
  }, 100).unref();
  place[idle] = { engine, watch };
}

/** Not awaited: whatever still holds it may do so for ever. */
function end(engine: Engine | null): void {
  engine?.session.close().catch(() => {});
}

/** Whether PostgreSQL's own timers, which go on in an engine that nobody uses, are all that keeps this process alive. */
function isDone(): boolean {
  const idling = new Set(['Timeout', 'PipeWrap', 'TTYWrap']);
  // Standard output and the channel to a runner's main process are both pipes; only the latter keeps a process alive.
  return process.channel === undefined && process.getActiveResourcesInfo().every((kind) => idling.has(kind));
}
