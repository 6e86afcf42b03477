import { cpSync, existsSync, rmSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { DatabaseTarget } from '../../core/kernel/src/config/config.ts';
import { openSession, type Session } from '../../core/kernel/src/db/session.ts';
import { databaseKinds, dropDatabase, emptyDatabase, onServer, urlOf, type DatabaseKind } from '../helper/database.ts';
import { dumpSchema } from '../helper/schema-dump.ts';
import { startHostProcess, type HostProcess } from './host-process.ts';
import type { ModelAnswer, ModelRequest } from './model-operations.ts';
import { needsOf, plugins, shortId, upOf, type Code, type Id, type Plugin } from './model-plugins.ts';
import {
  applied,
  codeAfter,
  nothing,
  pending,
  refusals,
  removedBy,
  reverted,
  withDependents,
  written,
  type Action,
  type Content,
  type World,
} from './model.ts';
import { seed, tier } from './tier.ts';
import { countTrials } from './trials.ts';

/** The number of random lives of an application. To repeat the first one: SEED=7 LIVES=1 npx vitest run … */
const lives: Readonly<Record<DatabaseKind, number>> =
  process.env['LIVES'] === undefined
    ? { quick: { postgres: 2, pglite: 1 }, full: { postgres: 25, pglite: 3 }, long: { postgres: 300, pglite: 20 } }[
        tier
      ]
    : { postgres: Number(process.env['LIVES']), pglite: Number(process.env['LIVES']) };

const plugin = fc.constantFrom<Plugin>(...plugins);

const n = fc.integer({ min: 0, max: 3 });

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Action>({ kind: 'boot' }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('crash'), at: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom('activate', 'update', 'update'), plugin }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('deactivate', 'roll back', 'uninstall'), plugin }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('edit', 'down', 'down'), plugin, n }) },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constantFrom('mend', 'write', 'dump', 'restore', 'undo', 'stamp', 'trespass') }),
  },
);

/** The code at the beginning of a life. */
const firstCode: fc.Arbitrary<Code> = fc
  .record({ others: fc.subarray<Plugin>(['shop', 'likes']), core: fc.integer({ min: 1, max: 3 }) })
  .map(({ others, core }) => ({
    active: ['core', ...others],
    versions: { core, shop: Math.min(core, 2), likes: 1 },
    edited: [],
  }));

/** The state of a database, as {@link Content} has it. Arrays are sorted. */
interface Found {
  readonly applied: readonly string[];
  readonly effects: readonly string[];
  readonly rows: readonly (readonly [string, number])[];
}

/** A database in which one application lives. */
interface Life {
  readonly url: string;
  readonly query: Session['query'];
  /** Runs statements as another program would. */
  readonly script: (text: string) => Promise<void>;
  readonly dump: () => Promise<void>;
  readonly restore: () => Promise<void>;
  readonly end: () => Promise<void>;
}

async function beginLife(kind: DatabaseKind): Promise<Life> {
  const target = await emptyDatabase(kind);
  const during = async <T>(work: (session: Session) => Promise<T>): Promise<T> => {
    const session = await openSession(target);
    try {
      return await work(session);
    } finally {
      await session.close();
    }
  };
  return {
    url: urlOf(target),
    query: (text, values) => during((session) => session.query(text, values)),
    script: (text) => during((session) => session.script(text)),
    ...copiesOf(target),
  };
}

/** Returns the functions that copy a database and put the copy in its place. */
function copiesOf(target: DatabaseTarget): Pick<Life, 'dump' | 'restore' | 'end'> {
  if (target.kind === 'pglite') {
    const directory = target.directory ?? '';
    const copy = (from: string, to: string): void => {
      rmSync(to, { recursive: true, force: true });
      if (existsSync(from)) cpSync(from, to, { recursive: true });
    };
    return {
      dump: async () => copy(directory, `${directory}.dump`),
      restore: async () => copy(`${directory}.dump`, directory),
      end: async () =>
        [directory, `${directory}.dump`].forEach((path) => rmSync(path, { recursive: true, force: true })),
    };
  }
  const name = new URL(target.url).pathname.slice(1);
  const copy = async (from: string, to: string): Promise<void> => {
    await onServer('postgres', `drop database if exists ${to} with (force)`);
    await onServer('postgres', `create database ${to} template ${from} strategy file_copy`);
  };
  return {
    dump: () => copy(name, `${name}_dump`),
    restore: () => copy(`${name}_dump`, name),
    end: async () => {
      await onServer('postgres', `drop database if exists ${name}_dump with (force)`);
      await dropDatabase(target);
    },
  };
}

/** Reads what a database contains, and checks that its ledger has each revision after its needs. */
async function contentOf({ query }: Life): Promise<Found> {
  const tables = await query<{ name: string }>(
    `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind = 'r' and n.nspname || '.' || c.relname in ('kernel.ledger')
        or c.relkind = 'r' and n.nspname = 'public' order by 1`,
  );
  const names = tables.map(({ name }) => name);
  const ids = names.includes('ledger')
    ? (await query<{ id: string }>(`select plugin || '@' || slug as id from kernel.ledger order by seq`)).map(
        ({ id }) => shortId(id),
      )
    : [];
  for (const [i, id] of ids.entries()) {
    expect(
      needsOf(id).filter((need) => !ids.slice(0, i).includes(need)),
      `${id} came before its needs`,
    ).toEqual([]);
  }
  const effects = names.includes('effect') ? await query<{ id: string }>('select id from effect order by id') : [];
  const counted = names.filter((name) => !['ledger', 'effect'].includes(name));
  const counts = counted.map((name) => `select '${name}' as name, count(*)::int as n from ${name}`).join(' union all ');
  const rows = counts === '' ? [] : await query<{ name: string; n: number }>(`${counts} order by name`);
  return {
    applied: ids.toSorted(),
    effects: effects.map(({ id }) => id),
    rows: rows.map(({ name, n }) => [name, n] as const),
  };
}

function foundOf({ applied: ran, effects, rows }: Content): Found {
  return {
    applied: [...ran.keys()].toSorted(),
    effects: effects.toSorted(),
    rows: [...rows].toSorted(([a], [b]) => (a < b ? -1 : 1)),
  };
}

/** Everything that a life knows besides its database. */
interface Memory {
  world: World;
  dumped: Content | null;
  /** The last upgrade, until something else changes what is applied. */
  last: { readonly run: string; readonly ids: readonly Id[] } | null;
}

describe(`commands and crashes agree with a reference model, SEED=${seed}`, () => {
  let host: HostProcess<ModelRequest, ModelAnswer> | null = null;
  afterAll(() => host?.[Symbol.dispose]());

  /** How often the kernel answered with each exit code, or was killed. */
  const answers = new Map<string, number>();

  /** Asks the process, and starts a new one if there is none. */
  const ask = async (request: ModelRequest): Promise<ModelAnswer | 'killed'> => {
    host ??= startHostProcess<ModelRequest, ModelAnswer>('model-host.ts');
    return host.ask(request).catch((error: unknown) => {
      host = null;
      if (request.operation.kind === 'upgrade' && String(error).includes('SIGKILL')) return 'killed' as const;
      throw error;
    });
  };

  /** Performs an action on the database and returns the content that is right after it. */
  async function perform(action: Action, life: Life, memory: Memory): Promise<Content> {
    const { world, last } = memory;
    const { code, content } = world;
    const expected = refusals(world);
    const answerTo = async (operation: ModelRequest['operation']): Promise<ModelAnswer | 'killed' | 'refused'> => {
      const answer = await ask({ url: life.url, code, operation });
      const outcome = answer === 'killed' ? answer : `exit code ${answer.exitCode}`;
      answers.set(outcome, (answers.get(outcome) ?? 0) + 1);
      if (answer === 'killed') return answer;
      expect(answer.left, 'left in a pool').toEqual([]);
      if (expected.length === 0) expect(answer).toMatchObject({ exitCode: 0 });
      else expect(expected, answer.message).toContain(answer.exitCode);
      return answer.exitCode === 0 ? answer : 'refused';
    };
    switch (action.kind) {
      case 'boot':
      case 'crash': {
        const answer = await answerTo({ kind: 'upgrade', ...(action.kind === 'crash' && { killAt: action.at }) });
        if (answer === 'refused') return content;
        const ids = pending(world);
        if (answer !== 'killed') {
          if (ids.length > 0) memory.last = { run: answer.run, ids };
          return applied(world, ids);
        }
        // The model cannot know how far it came. Whatever is in the ledger must have had its whole effect.
        const found = new Set((await contentOf(life)).applied);
        memory.last = null;
        return applied(
          world,
          ids.filter((id) => found.has(id)),
        );
      }
      case 'down': {
        // Without its first revision, plugin zero has no table for the effects.
        const n = action.plugin === 'core' ? Math.max(1, action.n) : action.n;
        const { versions, active } = code;
        const isKnown = active.includes(action.plugin) && n <= versions[action.plugin];
        if (!isKnown || (n > 0 && !content.applied.has(`${action.plugin}@${n}`))) return content;
        if ((await answerTo({ kind: 'downgrade', plugin: action.plugin, n })) === 'refused') return content;
        memory.last = null;
        return reverted(content, removedBy(content, action.plugin, n));
      }
      case 'uninstall': {
        const removed = removedBy(content, action.plugin, 0);
        if (code.active.includes(action.plugin) || removed.length === 0) return content;
        if ((await answerTo({ kind: 'downgrade', plugin: action.plugin, n: 0 })) === 'refused') return content;
        memory.last = null;
        return reverted(content, removed);
      }
      case 'undo': {
        if (last === null || last.ids.includes('core@1')) return content;
        if ((await answerTo({ kind: 'undo', run: last.run })) === 'refused') return content;
        memory.last = null;
        return reverted(content, withDependents([...content.applied.keys()], last.ids));
      }
      case 'stamp': {
        const ids = pending(world);
        // Somebody has run the same texts with another program.
        if (expected.length > 0 || ids.length === 0) return content;
        await life.script(ids.map((id) => `${upOf(id, code.edited.includes(id))}; reset default_tablespace`).join(';'));
        const schema = await dumpSchema(life.query);
        await answerTo({ kind: 'stamp' });
        expect(await dumpSchema(life.query), 'the schema after a stamp').toEqual(schema);
        memory.last = null;
        return applied(world, ids);
      }
      case 'trespass': {
        if (expected.length > 0 || pending(world).length > 0) return content;
        const answer = await ask({
          url: life.url,
          code: { ...code, hasTrespasser: true },
          operation: { kind: 'upgrade' },
        });
        expect(answer).toMatchObject({ exitCode: 35, left: [] });
        return content;
      }
      case 'write': {
        const tables = [...content.rows.keys()];
        await life.script(tables.map((table) => `insert into ${table} default values`).join(';'));
        return written(content);
      }
      case 'dump':
        await life.dump();
        memory.dumped = content;
        return content;
      case 'restore':
        if (memory.dumped === null) return content;
        await life.restore();
        memory.last = null;
        return memory.dumped;
      default:
        return content;
    }
  }

  async function live(kind: DatabaseKind, first: Code, actions: readonly Action[]): Promise<void> {
    const life = await beginLife(kind);
    const memory: Memory = { world: { code: first, content: nothing }, dumped: null, last: null };
    try {
      for (const [i, action] of [...actions, { kind: 'boot' } as const].entries()) {
        const { code } = memory.world;
        const content = await perform(action, life, memory);
        memory.world = { code: codeAfter(code, action), content };
        if (memory.world.code !== code) continue;
        const title = `after ${actions
          .slice(0, i + 1)
          .map(textOf)
          .join(', ')}`;
        expect(await contentOf(life), title).toEqual(foundOf(content));
      }
    } finally {
      await life.end();
    }
  }

  it.each(databaseKinds)(
    'every command and crash leaves what the model says: %s',
    async (kind) => {
      for (let i = 0; i < lives[kind]; i += 1) {
        const property = fc.asyncProperty(
          firstCode,
          fc.array(action, { minLength: 12, maxLength: 24 }),
          (first, actions) => live(kind, first, actions),
        );
        // To look for a shorter life: SHRINK=1.
        const endOnFailure = process.env['SHRINK'] === undefined;
        const { failed, counterexample, errorInstance } = await fc.check(property, {
          seed: seed + i,
          numRuns: 1,
          endOnFailure,
        });
        const actions = counterexample?.[1].map(textOf).join(', ') ?? '';
        expect(failed, `SEED=${seed + i} LIVES=1: ${actions}: ${String(errorInstance)}`).toBe(false);
      }
      console.info(`${lives[kind]} lives on ${kind}: ${JSON.stringify(Object.fromEntries(answers))}`);
      countTrials(lives[kind]);
    },
    3_600_000,
  );
});

function textOf(action: Action): string {
  const { kind, ...details } = action;
  return [kind, ...Object.values(details).map(String)].join(' ');
}
