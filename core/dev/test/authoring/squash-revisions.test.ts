import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { revisionSource } from '../../src/authoring/revision-source.ts';
import { squashRevisions, type SquashedRange } from '../../src/authoring/squash-revisions.ts';
import { openShadow, type Shadow } from '../../src/shadow/shadow.ts';
import type { RevisionSketch } from '../../../../test/helper/project.ts';
import { core, loadPlugins } from './plugin-sets.ts';

describe('squashing a range', () => {
  let shadow: Shadow;
  beforeAll(async () => {
    shadow = await openShadow();
  });
  afterAll(() => shadow[Symbol.asyncDispose]());

  const base: Readonly<Record<string, RevisionSketch>> = {
    '0001_note': { up: 'create table note (id int primary key)', down: 'drop table note' },
    '0002_text': {
      up: 'alter table note add column text text -- its content',
      down: 'alter table note drop column text',
      dependsOn: ['core@0001_create_object'],
    },
    '0003_first': { up: `insert into note values (1, 'one');`, down: 'delete from note where id = 1;' },
    '0004_title': {
      up: 'alter table note rename column text to title;',
      down: 'alter table note rename column title to text;',
      fields: 'breaking: true',
    },
    '0005_day': { up: 'alter table note add column day date;', down: 'alter table note drop column day;' },
  };

  async function squashed(
    range: string,
    changes: Readonly<Record<string, RevisionSketch>> = {},
    links: Readonly<Record<string, RevisionSketch>> = {},
  ): Promise<SquashedRange> {
    const set = await loadPlugins({
      core,
      notes: { revisions: { ...base, ...changes } },
      links: { revisions: links, requires: ['notes'] },
    });
    const plugin = set.byName.get('notes');
    if (plugin === undefined) throw new Error('notes is not active');
    const [from = '', to = ''] = range.split('..');
    return squashRevisions({ set, plugin, from, to, words: null, shadow, onStage() {} });
  }

  it('joins the texts, and takes over what the range needs', async () => {
    const { revision, replaces, random } = await squashed('0002..0004');
    expect(replaces).toEqual(['notes@0002_text', 'notes@0003_first', 'notes@0004_title']);
    expect(random).toEqual([]);
    expect(revisionSource(revision)).toMatchInlineSnapshot(`
      "import { defineRevision, sql } from '@headwater/kernel/plugin';

      /** Replaces notes@0002_text to notes@0004_title. */
      export default defineRevision({
        id: 'notes@0002_squash_0004_title',
        revises: 'notes@0001_note',
        dependsOn: ['core@0001_create_object'],
        replaces: ['notes@0002_text', 'notes@0003_first', 'notes@0004_title'],
        breaking: true,
        up: sql\`
          -- notes@0002_text
          alter table note add column text text -- its content
          ;

          -- notes@0003_first
          insert into note values (1, 'one');

          -- notes@0004_title
          alter table note rename column text to title;
        \`,
        down: sql\`
          -- notes@0004_title
          alter table note rename column title to text;

          -- notes@0003_first
          delete from note where id = 1;

          -- notes@0002_text
          alter table note drop column text;
        \`,
      });
      "
    `);
  });

  it('is proven with the revisions of other plugins that point into it', async () => {
    const link = { up: 'alter table note add column link text;', dependsOn: ['notes@0003_first'] };
    const { dependents } = await squashed('notes@0001..0004_title', {}, { '0001_link': link });
    expect(dependents).toEqual([{ id: 'links@0001_link', needs: 'notes@0003_first' }]);
    const early = {
      up: 'create view links_v as select id from note; alter table note add column copy text generated always as (text) stored;',
      dependsOn: ['notes@0003_first'],
    };
    await expect(squashed('0001..0004', {}, { '0001_early': early })).rejects.toMatchObject({
      code: 'PROOF_FAILED',
      details: {
        revision: 'notes@0001_squash_0004_title',
        claim: expect.stringMatching(/^links@0001_early runs/) as unknown,
      },
    });
  });

  it('names tables whose rows differ each time', async () => {
    const up = `create table seen (at timestamptz default clock_timestamp(), n int); insert into seen (n) values (1);`;
    const { random } = await squashed('0002..0005', { '0005_day': { up, down: 'drop table seen;' } });
    expect(random).toEqual(['public.seen']);
  });

  it.each<readonly [reason: string, range: string, changes: Readonly<Record<string, RevisionSketch>>]>([
    ['is no range', '0002..0002', {}],
    ['does not come before', '0004..0002', {}],
    ['is a squash itself', '0001..0005', { '0005_day': { up: 'select 1', fields: `replaces: ['notes@0004_gone']` } }],
    ['is code', '0001..0005', { '0005_day': { up: 'select 1', fields: 'version: 1, down: () => {}' } }],
    [
      'outside a transaction',
      '0001..0005',
      {
        '0005_day': {
          up: 'create index concurrently a on note (id)',
          fields: 'transaction: false, check: sql`select true`',
        },
      },
    ],
    ['adds a value to an enum', '0001..0005', { '0005_day': { up: `alter type mood add value 'new';` } }],
  ])('refuses a revision that %s', async (reason, range, changes) => {
    await expect(squashed(range, changes)).rejects.toMatchObject({
      code: 'SQUASH_REFUSED',
      details: { reason: expect.stringContaining(reason) as unknown },
    });
  });
});
