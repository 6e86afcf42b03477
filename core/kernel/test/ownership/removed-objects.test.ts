import { describe, expect, it } from 'vitest';
import { findRemovedNeeds } from '../../src/ownership/removed-objects.ts';

/** Reads `plugin@n: SQL`. */
function revisionOf(line: string): { id: string; plugin: string; up: { kind: 'sql'; text: string } } {
  const [, id = '', plugin = '', text = ''] = /^((\S+?)@\S+): (.*)$/s.exec(line) ?? [];
  return { id, plugin, up: { kind: 'sql', text } };
}

async function found(...lines: readonly string[]): Promise<readonly string[]> {
  const needs = await findRemovedNeeds([], lines.map(revisionOf));
  return needs.map(({ revision, object, removedBy, renamedTo }) => {
    return `${revision} ${object} ${removedBy}${renamedTo === null ? '' : ` ${renamedTo}`}`;
  });
}

const shop = [
  'shop@1: create table a (id int primary key, kind text); create view v as select id from a; create table b (id int)',
  'shop@2: alter table a drop column kind; drop view v; alter table b rename to c',
] as const;

describe('an object that a revision needs and another plugin has removed', () => {
  it.each([
    ['late@1: select kind from a', ['late@1 column a.kind shop@2']],
    ['late@1: select kind from a; select kind from a', ['late@1 column a.kind shop@2']],
    ['late@1: insert into b values (1)', ['late@1 table b shop@2 c']],
    ['late@1: select b.id from b', ['late@1 table b shop@2 c']],
    ['late@1: select id from v', ['late@1 table v shop@2']],
  ])('is found: %s', async (late, expected) => {
    expect(await found(...shop, late)).toEqual(expected);
  });

  it.each([
    ['because it never existed', ['late@1: select nothing from a']],
    ['because the plugin removed it itself', ['shop@3: select kind from a']],
    [
      'because a revision brings it back before',
      ['shop@3: alter table a add column kind int', 'late@1: select kind from a'],
    ],
    ['because the revision creates it', ['late@1: create table b (id int); select id from b']],
    ['because it is dropped only if it exists', ['late@1: drop view if exists v; drop table if exists b']],
    ['because the column is of another table', ['late@1: create table d (kind int); select kind from d']],
    ['because only the server reads it', ['late@1: do $$ begin perform kind from a; end $$']],
    ['because the text cannot be parsed', ['late@1: select kind frum a']],
  ])('is not found %s', async (_, later) => {
    expect(await found(...shop, ...later)).toEqual([]);
  });

  it('is found where the ledger has recorded only the effects', async () => {
    const none = { created: [], changed: [], dropped: [], renamed: [] } as const;
    const applied = [
      {
        id: 'shop@1',
        plugin: 'shop',
        objects: {
          ...none,
          created: [
            ['table', 'a'],
            ['column', 'kind', 'a'],
          ],
        },
      },
      {
        id: 'shop@2',
        plugin: 'shop',
        objects: {
          ...none,
          renamed: [
            [
              ['column', 'kind', 'a'],
              ['column', 'sort', 'a'],
            ],
          ],
        },
      },
    ] as const;
    expect(await findRemovedNeeds(applied, [revisionOf('late@1: select kind from a')])).toEqual([
      { revision: 'late@1', object: 'column a.kind', removedBy: 'shop@2', renamedTo: 'sort' },
    ]);
  });
});
