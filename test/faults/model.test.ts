import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { databaseKinds, type DatabaseKind } from '../helper/database.ts';
import { dumpSchema } from '../helper/schema-dump.ts';
import { startHostProcess, type HostProcess } from './host-process.ts';
import { beginLife, contentOf, foundOf, type Life } from './model-life.ts';
import type { ModelAnswer, ModelRequest } from './model-operations.ts';
import {
  isMet,
  plugins,
  rangeOf,
  shippedBy,
  squashNumber,
  squashOf,
  upOf,
  type Code,
  type Id,
  type Plugin,
} from './model-plugins.ts';
import {
  accepted,
  applied,
  changed,
  codeAfter,
  complete,
  lacksNeeds,
  nothing,
  pending,
  recorded,
  refusals,
  removedBy,
  reverted,
  undoneBy,
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
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('squash'), plugin }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('accept', 'down', 'down'), plugin, n }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('edit'), plugin, n: fc.constantFrom(1, 2, 3, 4, squashNumber) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom('mend', 'mend', 'write', 'dump', 'restore', 'undo', 'stamp', 'trespass'),
    }),
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

/** Returns the content after an upgrade has applied `ids` and recorded all complete squashes, or those in `found`. */
function upgraded(world: World, ids: readonly Id[], found?: ReadonlySet<Id>): Content {
  const after = { ...world, content: applied(world, ids) };
  return recorded(
    after,
    complete(after).filter((id) => found?.has(id) ?? true),
  );
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

  /** How often each operation ended with each exit code, or was killed. */
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
    const answerTo = async (
      operation: ModelRequest['operation'],
      expected = refusals(world),
    ): Promise<ModelAnswer | 'killed' | 'refused'> => {
      const answer = await ask({ url: life.url, code, operation });
      const outcome = `${operation.kind} ${answer === 'killed' ? answer : answer.exitCode}`;
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
          return upgraded(world, ids);
        }
        // The model cannot know how far it came. Whatever is in the ledger must have had its whole effect.
        const found = new Set((await contentOf(life)).applied as readonly Id[]);
        memory.last = null;
        return upgraded(
          world,
          ids.filter((id) => isMet(id, found)),
          found,
        );
      }
      case 'down': {
        // Without its first revision, plugin zero has no table for the effects.
        const n = action.plugin === 'core' ? Math.max(1, action.n) : action.n;
        const target: Id = `${action.plugin}@${n}`;
        const shipped = new Set(shippedBy(code, action.plugin));
        const ran = new Set(content.applied.keys());
        const isKnown = n === 0 || (isMet(target, shipped) && isMet(target, ran));
        if (!code.active.includes(action.plugin) || !isKnown) return content;
        const isInside = ran.has(squashOf(action.plugin)) && rangeOf(action.plugin).indexOf(target) === 0;
        const expected = [...refusals(world), ...(isInside ? [2] : [])];
        const answer = await answerTo({ kind: 'downgrade', plugin: action.plugin, n }, expected);
        if (answer === 'refused') return content;
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
        const undone = undoneBy(content, last.ids);
        const expected = [...refusals(world), ...(undone === null ? [2] : [])];
        if ((await answerTo({ kind: 'undo', run: last.run }, expected)) === 'refused') return content;
        memory.last = null;
        return reverted(content, undone ?? []);
      }
      case 'accept': {
        const edits = changed(world);
        const [id = `${action.plugin}@${action.n}` as const] = edits.slice(action.n % (edits.length || 1));
        const expected = lacksNeeds(code) ? [14] : edits.length === 0 ? [2] : [];
        return (await answerTo({ kind: 'accept', id }, expected)) === 'refused' ? content : accepted(world, id);
      }
      case 'stamp': {
        const ids = pending(world);
        // Somebody has run the same texts with another program.
        if (refusals(world).length > 0 || ids.length === 0) return content;
        await life.script(ids.map((id) => `${upOf(id, code.edited.includes(id))}; reset default_tablespace`).join(';'));
        const schema = await dumpSchema(life.query);
        await answerTo({ kind: 'stamp' });
        expect(await dumpSchema(life.query), 'the schema after a stamp').toEqual(schema);
        memory.last = null;
        // A stamp leaves the squashes to the next upgrade.
        return applied(world, ids);
      }
      case 'trespass': {
        if (refusals(world).length > 0 || pending(world).length > 0 || complete(world).length > 0) return content;
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
        const [found, right] = [await contentOf(life), foundOf(content)];
        expect(found, `${title}: ${JSON.stringify(found)} instead of ${JSON.stringify(right)}`).toEqual(right);
      }
    } finally {
      await life.end();
    }
  }

  it.each(databaseKinds)(
    'every command and crash leaves what the model says: %s',
    async (kind) => {
      answers.clear();
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
