import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mergeHeads } from '../../src/authoring/merge-heads.ts';
import { revisionSource } from '../../src/authoring/revision-source.ts';
import { openShadow, type Shadow } from '../../src/shadow/shadow.ts';
import type { RevisionSketch } from '../../../../test/helper/project.ts';
import { holding } from '../../../kernel/test/entities/support.ts';
import { core, loadPlugins } from './plugin-sets.ts';

describe('merging heads', () => {
  let shadow: Shadow;
  beforeAll(async () => {
    shadow = await openShadow();
  });
  afterAll(() => shadow[Symbol.asyncDispose]());

  /** Merges the heads of `notes`. The given revisions revise its base, unless they name another revision. */
  async function merged(heads: Readonly<Record<string, RevisionSketch | string>>) {
    const base = { '0001_create_note': 'create table note (id int);' };
    const revisions = Object.fromEntries(
      Object.entries(heads).map(([slug, body]) => [
        slug,
        typeof body === 'string' ? { up: body, revises: 'notes@0001_create_note' } : body,
      ]),
    );
    const set = await loadPlugins({ core, notes: { revisions: { ...base, ...revisions } } });
    const plugin = set.byName.get('notes');
    if (plugin === undefined) throw new Error('notes is not active');
    return mergeHeads({ set, plugin, shadow, words: null, onStage() {} });
  }

  it('joins two commuting heads with a revision that changes nothing', async () => {
    const made = await merged({
      '0002_add_text': 'alter table note add column text text;',
      '0002_add_day': 'alter table note add column day date;',
    });
    expect(made?.heads).toEqual(['notes@0002_add_day', 'notes@0002_add_text']);
    expect(made === null ? '' : revisionSource(made.revision)).toMatchInlineSnapshot(`
      "import { defineRevision, sql } from '@headwater/kernel/plugin';

      /** Joins notes@0002_add_day and notes@0002_add_text, which were written in parallel. */
      export default defineRevision({
        id: 'notes@0003_merge_add_day_and_add_text',
        revises: ['notes@0002_add_day', 'notes@0002_add_text'],
        up: sql\`
          -- Nothing to do: both heads are applied, in whichever order.
        \`,
        down: sql\`
          -- Nothing to revert.
        \`,
      });
      "
    `);
  });

  it('joins more than two heads, even if a branch has several revisions', async () => {
    const made = await merged({
      '0002_a': 'alter table note add column a int;',
      '0003_aa': { up: 'alter table note add column aa int;', revises: 'notes@0002_a' },
      '0002_b': 'alter table note add column b int;',
      '0002_c': 'alter table note add column c int;',
    });
    expect(made?.heads).toEqual(['notes@0002_b', 'notes@0002_c', 'notes@0003_aa']);
  });

  it('does nothing if there is one head', async () => {
    expect(await merged({ '0002_add_text': 'alter table note add column text text;' })).toBeNull();
  });

  it('refuses two heads that create the same object, with the error from the server', async () => {
    await expect(
      merged({
        '0002_add_text': 'alter table note add column text text;',
        '0002_add_body': 'alter table note add column text varchar(80);',
      }),
    ).rejects.toMatchObject({
      code: 'HEADS_DIFFER',
      exitCode: 34,
      details: {
        last: 'notes@0002_add_body',
        reason: holding('column "text" of relation "note" already exists'),
      },
    });
  });

  it('refuses two heads whose order matters, and shows the differences', async () => {
    await expect(
      merged({
        '0002_tag': 'create table if not exists tag (name text);',
        '0002_tags': 'create table if not exists tag (name varchar(80));',
      }),
    ).rejects.toMatchObject({
      code: 'HEADS_DIFFER',
      message: holding('change column tag.name: varchar(80) → text'),
    });
  });
});
