import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { differenceOf } from '../../core/dev/src/difference/catalog-difference.ts';
import { explainChange } from '../../core/dev/src/difference/explain-change.ts';
import type { Revision } from '../../core/kernel/src/plugin/revision.ts';
import { replayUp } from '../../core/dev/src/shadow/replay.ts';
import { serverUrl } from '../helper/database.ts';
import { openAuthoring, revisionOf, type Authoring } from '../helper/authoring.ts';
import { plugins, committedSql } from './support.ts';

describe('revisions of the first-party plugins', () => {
  let authoring: Authoring;
  beforeAll(async () => {
    authoring = await openAuthoring(serverUrl('postgres'));
  });
  afterAll(() => authoring[Symbol.asyncDispose]());

  it('that are created from nothing make what the committed ones make', async () => {
    const revisions: Revision[] = [];
    for (const { name } of plugins) {
      const { proven } = await authoring.draft(plugins, revisions, name);
      expect(proven, name).not.toBeNull();
      if (proven !== null) revisions.push(revisionOf(proven.draft));
    }
    const { session, empty, catalog } = authoring.shadow;
    await empty();
    await replayUp(session, revisions);
    const created = await catalog();
    await empty();
    await session.script(await committedSql());
    const committed = await catalog();
    expect(committed.tables.size).toBeGreaterThan(6);
    expect(differenceOf(committed, created, { undefine: true }).map(explainChange)).toEqual([]);
  });
});
