import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseContent, type DatabaseContent } from '../../../../test/helper/database-content.ts';
import { dropDatabase, emptyDatabase, type DatabaseKind } from '../../../../test/helper/database.ts';
import { catalogReader } from '../../src/catalog/read-catalog.ts';
import { openSession, type Session } from '../../src/db/session.ts';
import { revisionGraph } from '../../src/graph/revision-graph.ts';
import { upgradePlan } from '../../src/plan/upgrade-plan.ts';
import type { Revision } from '../../src/plugin/revision.ts';
import { applied, upgrade } from '../db/support.ts';
import { randomHistory, revisionsOf, shuffled, writerRole, type History } from './random-history.ts';

/** The number of random histories. To try more: TRIALS=500 npx vitest run … */
const trials = Number(process.env['TRIALS'] ?? 3);

/** The number of the first history. To run one again: SEED=7 TRIALS=1 npx vitest run … */
const firstSeed = Number(process.env['SEED'] ?? 1);

/** Whether to report a history as it was found. SHRINK=1 looks for a smaller one, which takes minutes. */
const endOnFailure = process.env['SHRINK'] === undefined;

const timeout = endOnFailure ? 60_000 : 1_200_000;

/** A way to run revisions in a given order. */
interface Way {
  readonly kind: DatabaseKind;
  /** The number of upgrades that apply the revisions. */
  readonly upgrades: 'one' | 'one by one' | 'two';
}

/** The state after running the revisions of a history in one way. */
interface State {
  /** The revision at which it stopped, and its error. */
  readonly stop: object | null;
  readonly applied: readonly string[];
  /** The catalog as the kernel reads it; `null` where one reading is enough. */
  readonly read: unknown;
  readonly content: DatabaseContent;
}

/** The ways for the planned order and for each random order. Every order runs on both engines if a revision fails. */
const ways: readonly (readonly Way[])[] = [
  [
    { kind: 'postgres', upgrades: 'one' },
    { kind: 'pglite', upgrades: 'one' },
    { kind: 'postgres', upgrades: 'one by one' },
    { kind: 'pglite', upgrades: 'one by one' },
  ],
  [
    { kind: 'postgres', upgrades: 'one' },
    { kind: 'pglite', upgrades: 'one by one' },
  ],
  [
    { kind: 'pglite', upgrades: 'one' },
    { kind: 'postgres', upgrades: 'two' },
  ],
  [
    { kind: 'postgres', upgrades: 'one by one' },
    { kind: 'pglite', upgrades: 'two' },
  ],
];

beforeAll(async () => {
  const server = await openSession(await emptyDatabase('postgres'));
  // Roles belong to the server, where they stay.
  await server.script(`do $$ begin ${createWriter} exception when duplicate_object then null; end $$`);
  await server.close();
});
afterAll(() => embedded?.close());

const createWriter = `create role ${writerRole}; grant set on parameter session_replication_role to ${writerRole};`;

describe('in one upgrade, one by one, in three random orders and on both engines', () => {
  const seeds = Array.from({ length: trials }, (_, i) => firstSeed + i);
  // The name of a failed test shows its seed.
  it.each(seeds)('a random history has the same effect: SEED=%i TRIALS=1', { timeout }, async (seed) => {
    const property = fc.asyncProperty(fc.noBias(randomHistory), assertEqualEffects);
    const { failed, counterexample, errorInstance } = await fc.check(property, { seed, numRuns: 1, endOnFailure });
    const text = counterexample === null ? '' : textOf(counterexample[0]);
    if (failed) throw new Error(`this history has several effects:\n\n${text}`, { cause: errorInstance });
  });
});

async function assertEqualEffects(history: History): Promise<void> {
  const { revisions, failing } = revisionsOf(history);
  const planned = upgradePlan(revisionGraph(revisions), [], 'heads').steps.flatMap(({ id }) =>
    revisions.filter((one) => one.id === id),
  );
  const orders = [planned, ...history.orders.map((seed) => shuffled(revisions, seed))];
  let first: State | null = null;
  for (const [i, order] of orders.entries()) {
    // After a failure, only the same order has the same effect. Otherwise all do, and one way shows the effect of an order.
    if (failing !== null) first = null;
    const tried = failing === null && i > 0 ? ways[i]?.slice(0, 1) : ways[i];
    for (const way of tried ?? []) {
      const state = await run(order, way);
      const where = `${way.kind}, ${way.upgrades}, order ${i}: ${order.map(({ id }) => id).join(' ')}`;
      expect(state.stop, where).toEqual(failing === null ? null : expect.objectContaining({ revision: failing }));
      first ??= state;
      expect(state.stop, where).toEqual(first.stop);
      expect(state.applied.toSorted(), where).toEqual(first.applied.toSorted());
      expect(state.content, where).toEqual(first.content);
      if (state.read !== null) expect(state.read, where).toEqual(first.read);
    }
  }
}

/** Describes a history for the reader of a failed test. */
function textOf(history: History): string {
  const { revisions, texts } = revisionsOf(history);
  return revisions
    .map(({ id, dependsOn, up, transaction }) => {
      const kind = transaction ? up.kind : 'outside a transaction';
      return `-- ${id} after ${dependsOn.join(', ') || 'nothing else'} (${kind})\n${texts.get(id)}`;
    })
    .join('\n\n');
}

/** Runs `revisions` in the given order on an empty database. */
async function run(revisions: readonly Revision[], { kind, upgrades }: Way): Promise<State> {
  await using database = await emptyDatabaseOf(kind);
  const { open } = database;
  const count = revisions.length;
  const each = revisions.map((_, i) => i + 1);
  const ends = { one: [count], 'one by one': each, two: [Math.ceil(count / 2), count] }[upgrades];
  let stop: object | null = null;
  for (const end of ends) {
    const session = await open();
    const { error } = await upgrade(session, revisions.slice(0, end));
    expect(await sessionState(session), `left in the session on ${kind}, ${upgrades}`).toEqual(fresh[kind]);
    if (kind === 'postgres') await session.close();
    if (error === null) continue;
    // Each code has its own details.
    const { revision, sqlState, reason, line } = error.details as Readonly<Record<string, unknown>>;
    stop = { code: error.code, revision, sqlState, reason, line };
    break;
  }
  const session = await open();
  const state: State = {
    stop,
    applied: await applied(session),
    content: await databaseContent((text) => session.query(text)),
    read: upgrades !== 'one' ? null : byName(await catalogReader(session)()),
  };
  if (kind === 'postgres') await session.close();
  // Its statements stay prepared.
  else await session.script('deallocate all');
  return state;
}

/** Returns a catalog without what may differ between equal databases: oids, and the order of columns. */
function byName(value: unknown): unknown {
  if (value instanceof Map) return byName(Object.fromEntries(value));
  if (Array.isArray(value)) return value.map(byName);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => (key === 'oid' ? [] : [[key, byName(item)]])),
  );
}

let embedded: Session | null = null;
let uses = 0;

/** PGlite takes a second to start, but does not clean its catalogs, so it gets slower with every use. */
async function embeddedDatabase(): Promise<Session> {
  if (uses % 40 === 0) {
    await embedded?.close();
    embedded = null;
  }
  uses += 1;
  if (embedded !== null) return embedded;
  embedded = await openSession({ kind: 'pglite', directory: null, shown: 'pglite://' });
  await embedded.script(createWriter);
  return embedded;
}

/** The state of sessions in which nothing has run. */
const fresh: Partial<Record<DatabaseKind, object>> = {};

/** A database. Disposing of it drops it: hundreds of histories would fill the memory. */
interface TrialDatabase extends AsyncDisposable {
  /** Opens a session. On PGlite, all sessions are one. */
  readonly open: () => Promise<Session>;
}

async function emptyDatabaseOf(kind: DatabaseKind): Promise<TrialDatabase> {
  const prepare = `grant create on schema public to ${writerRole}`;
  if (kind === 'pglite') {
    const embedded = await embeddedDatabase();
    const added = await embedded.query<{ name: string }>(
      `select quote_ident(nspname) as name from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'`,
    );
    const drops = added.map(({ name }) => `drop schema ${name} cascade;`);
    await embedded.script(`${drops.join(' ')} create schema public authorization pg_database_owner;
      comment on schema public is 'standard public schema';
      grant usage on schema public to public; ${prepare}`);
    fresh[kind] ??= await sessionState(embedded);
    return { open: async () => embedded, async [Symbol.asyncDispose]() {} };
  }
  const target = await emptyDatabase(kind);
  if (target.kind !== 'postgres') throw new Error('not a database of the server');
  const url = new URL(target.url);
  url.searchParams.set(
    'options',
    Object.entries(defaults)
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
  );
  const open = (): Promise<Session> => openSession({ ...target, url: url.href });
  const session = await open();
  fresh[kind] ??= await sessionState(session);
  await session.script(prepare);
  await session.close();
  return { open, [Symbol.asyncDispose]: () => dropDatabase(target) };
}

/** The settings of the embedded PostgreSQL that decide what a statement means, for sessions on the server. */
const defaults = { timezone: 'Etc/GMT0', search_path: 'public', default_text_search_config: 'english' } as const;

/**
 * Everything that a revision can leave in its session. Settings with a dot belong to extensions, and sessions have names
 * of their own.
 */
async function sessionState(session: Session): Promise<object> {
  const [state] = await session.query<object>(
    `select session_user::text as login, current_user::text as user,
      (select jsonb_object_agg(name, setting) from pg_settings
        where name !~ '[.]' and name <> 'application_name') as settings,
      (select jsonb_agg(name) from pg_prepared_statements where from_sql) as prepared,
      (select jsonb_agg(name) from pg_cursors where name !~ 'unnamed' and name <> '') as cursors,
      (select jsonb_agg(channel) from pg_listening_channels() channel) as channels,
      (select jsonb_agg(relname) from pg_class where relpersistence = 't') as temporary,
      (select jsonb_agg(objid) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()) as locks`,
  );
  return state ?? {};
}
