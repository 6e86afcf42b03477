import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entitiesOf } from '../../src/authoring/load-entities.ts';
import { closureOf, subsetOf } from '../../src/authoring/plugin-subset.ts';
import { changedTable, type Change } from '../../src/difference/change.ts';
import { differenceOf } from '../../src/difference/catalog-difference.ts';
import { explainChange } from '../../src/difference/explain-change.ts';
import type { Revision } from '../../../kernel/src/plugin/revision.ts';
import { replayDown, replayUp } from '../../src/shadow/replay.ts';
import { serverUrl } from '../../../../test/helper/database.ts';
import { pluginsOf, edited, histories, nothing, requirements, type Edit, type RandomState } from './random-entities.ts';
import {
  loaderOf,
  openAuthoring,
  revisionOf,
  pluginSetOf,
  type InMemoryPlugin,
  type Authoring,
} from '../../../../test/helper/authoring.ts';

/** The number of random applications, of about ten revisions each. To try more: TRIALS=500 npx vitest run … */
const trials = Number(process.env['TRIALS'] ?? 2);

let authoring: Authoring;
beforeAll(async () => {
  authoring = await openAuthoring(serverUrl('postgres'));
});
afterAll(() => authoring[Symbol.asyncDispose]());

describe('revisions that are created plugin by plugin', () => {
  it(
    `change only objects that their plugin owns, produce the schema that MikroORM creates, and revert to nothing, in ${trials} applications`,
    { timeout: 60_000 + trials * 60_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(histories, async (rounds) => {
          const { state, revisions } = await developed(rounds);
          const plugins = pluginsOf(state);
          const ordered = subsetOf(pluginSetOf(plugins, revisions), new Set(Object.keys(requirements))).revisions;
          await assertOwned(ordered);
          const reached = await authoring.shadow.catalog();
          await replayDown(authoring.shadow, ordered);
          expect((await authoring.shadow.catalog()).tables.size).toBe(0);
          expect((await authoring.shadow.catalog()).enums.size).toBe(0);
          expect(differenceOf(await createdByMikroOrm(plugins), reached).map(explainChange)).toEqual([]);
        }),
        { numRuns: trials, endOnFailure: true },
      );
    },
  );
});

/** Edits an application round by round, and creates the revisions of its authors after each round. */
async function developed(
  rounds: readonly (readonly Edit[])[],
): Promise<{ readonly state: RandomState; readonly revisions: readonly Revision[] }> {
  const revisions: Revision[] = [];
  let state = nothing;
  for (const round of rounds) {
    const base = state;
    for (const edit of round) state = edited(state, base, edit);
    const plugins = pluginsOf(state);
    const authors = new Set(round.map(({ plugin }) => plugins[plugin]?.name));
    for (const { name } of plugins.filter((plugin) => authors.has(plugin.name))) {
      const { revision, changes } = await authoring.draft(plugins, revisions, name);
      if (revision !== null) revisions.push(revisionOf(revision));
      else expect(changes).toEqual([]);
    }
    expect(await authoring.check(plugins, revisions)).toEqual([]);
  }
  return { state, revisions };
}

/** Runs revisions on an empty database, and checks that each changes only objects with the prefix of its plugin. */
async function assertOwned(revisions: readonly Revision[]): Promise<void> {
  await authoring.shadow.empty();
  let before = await authoring.shadow.catalog();
  for (const revision of revisions) {
    await replayUp(authoring.shadow, [revision]);
    const after = await authoring.shadow.catalog();
    const foreign = differenceOf(before, after).filter((change) => !isOwn(change, revision.plugin));
    expect(foreign.map(explainChange), revision.id).toEqual([]);
    before = after;
  }
}

function isOwn(change: Change, plugin: string): boolean {
  const owns = (name: string): boolean => name.startsWith(`${plugin}_`);
  if ('enum' in change) return owns(change.enum.name);
  if (change.kind === 'change enum') return owns(change.after.name);
  const table = changedTable(change) ?? '';
  if (owns(table)) {
    // A table of the plugin may have columns of other plugins.
    return !('column' in change) || change.column.name === 'id' || owns(change.column.name) || isKeyOfRelation(change);
  }
  if ('column' in change) return owns(change.column.name);
  if ('constraint' in change) return change.constraint.columns.every(owns);
  if ('index' in change) return change.index.columns.every(owns);
  return change.kind === 'alter column' ? owns(change.after.name) : change.kind === 'comment' && owns(change.name);
}

/** Whether the change is on a column of a pivot table, which is named after the table that it references. */
function isKeyOfRelation(change: Change): boolean {
  return 'column' in change && change.column.name.endsWith('_id');
}

async function createdByMikroOrm(plugins: readonly InMemoryPlugin[]): ReturnType<Authoring['shadow']['catalog']> {
  const set = pluginSetOf(plugins, []);
  const subset = subsetOf(set, new Set([...closureOf(set, 'mail'), ...closureOf(set, 'tags')]));
  const entities = await entitiesOf(subset, loaderOf(plugins));
  await authoring.shadow.empty();
  const createSql = await entities.createSql();
  if (createSql.trim() !== '') await authoring.shadow.session.script(createSql);
  return authoring.shadow.catalog();
}
