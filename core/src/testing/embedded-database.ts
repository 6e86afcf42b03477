import { openSession, type Session } from '../db/session.ts';
import type { Prepared } from '../kernel/prepare.ts';
import { catalogWrites, dropEverything, nextTransaction } from './catalog.ts';
import { closedBy } from './closed-by.ts';
import { headsHash, upgradeToHeads } from './heads.ts';
import { restoreSnapshot, takeSnapshot, type Snapshot } from './snapshot.ts';

/** An engine, which takes a second to start and some 340 MB, and so serves one application after another. */
interface Engine {
  readonly session: Session;
  /** {@link nextTransaction}, when it was new. */
  readonly first: string;
  /** How it was at the heads of the application that has it, or had it last; `null` where it did not get there. */
  heads: Heads | null;
}

interface Heads {
  readonly hash: string;
  readonly snapshot: Snapshot;
  readonly writes: string;
}

/**
 * Opens an embedded database in memory at the heads of an application. It is on the engine of the last one that was
 * closed in this process, if that can be had as good as new.
 */
export async function openEmbedded(prepared: Prepared): Promise<Session> {
  const hash = headsHash(prepared);
  const engine = (await renewed(takeIdle(), hash)) ?? (await newEngine());
  const { session } = engine;
  try {
    if (engine.heads === null) {
      await upgradeToHeads(session, prepared);
      engine.heads = { hash, snapshot: await takeSnapshot(session.query, 'all'), writes: await catalogWrites(session) };
    }
  } catch (error) {
    park(engine);
    throw error;
  }
  return closedBy(session, async () => park(engine));
}

async function newEngine(): Promise<Engine> {
  const session = await openSession({ kind: 'pglite', directory: null, shown: 'pglite:// (in memory)' });
  return { session, first: await nextTransaction(session), heads: null };
}

/** The engine as if it were new, or at the heads with this hash; `null` where it cannot be, and is closed. */
async function renewed(engine: Engine | null, hash: string): Promise<Engine | null> {
  if (engine === null) return null;
  const { session, first, heads } = engine;
  const renew = async (): Promise<boolean> => {
    await session.query('rollback');
    await session.query('discard all');
    if (heads?.hash === hash && (await catalogWrites(session)) === heads.writes) {
      await session.query('begin');
      await restoreSnapshot(session.query, heads.snapshot, 'all');
      await session.query('commit');
      return true;
    }
    engine.heads = null;
    return dropEverything(session, first);
  };
  if (await inTime(renew().catch(() => false))) return engine;
  // Not awaited: whatever holds it may do so for ever.
  void session.close().catch(() => {});
  return null;
}

/** Milliseconds that an engine gets to be renewed: a transaction that was never ended would hold it for ever. */
const patience = 5000;

async function inTime(work: Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, patience, false);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

const idle: unique symbol = Symbol.for('headwater.testing.idle');

/** Global, since runners that put several test files into one process load this module anew for each. */
const place = globalThis as { [idle]?: Engine | undefined };

function takeIdle(): Engine | null {
  const engine = place[idle] ?? null;
  place[idle] = undefined;
  return engine;
}

function park(engine: Engine): void {
  // One is enough: two applications at once are rare.
  void takeIdle()?.session.close();
  place[idle] = engine;
  const watch = setInterval(() => {
    if (place[idle] !== engine) return clearInterval(watch);
    // PostgreSQL's own timers would keep a process alive that is done.
    if (!process.getActiveResourcesInfo().every((kind) => kind === 'Timeout')) return;
    clearInterval(watch);
    void takeIdle()?.session.close();
  }, 100).unref();
}
