import { afterAll, beforeAll, expect, it } from 'vitest';
import { differenceOf } from '../../core/dev/src/difference/catalog-difference.ts';
import { explainChange } from '../../core/dev/src/difference/explain-change.ts';
import { replayUp } from '../../core/dev/src/shadow/replay.ts';
import type { Revision } from '../../core/kernel/src/plugin/revision.ts';
import { openAuthoring, revisionOf, type Authoring } from '../helper/authoring.ts';
import { serverUrl } from '../helper/database.ts';
import { revisionsUpTo } from '../helper/revision-files.ts';
import { firstPartyPlugins, revisionsOf, sqlOf } from './plugins.ts';

let authoring: Authoring;
beforeAll(async () => {
  authoring = await openAuthoring(serverUrl('postgres'));
});
afterAll(() => authoring[Symbol.asyncDispose]());

it('revisions created from the entities of the first-party plugins produce the same schema as the committed ones', async () => {
  const plugins = firstPartyPlugins.map(({ name, requires, definition: { entities = [], extend = [] } }) => ({
    name,
    requires,
    entities,
    extend,
  }));
  const revisions: Revision[] = [];
  for (const { name } of plugins) {
    const { revision } = await authoring.draft(plugins, revisions, name);
    expect(revision, name).not.toBeNull();
    if (revision !== null) revisions.push(revisionOf(revision));
  }
  const { session, empty, catalog } = authoring.shadow;
  await empty();
  await replayUp(authoring.shadow, revisions);
  const created = await catalog();
  await empty();
  const committedRevisions = revisionsUpTo(await revisionsOf(firstPartyPlugins), 'heads');
  await session.script(committedRevisions.map((revision) => sqlOf(revision)).join('\n'));
  const committed = await catalog();
  expect(committed.tables.size).toBeGreaterThan(6);
  expect(differenceOf(committed, created).map(explainChange)).toEqual([]);
});
