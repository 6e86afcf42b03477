import { describe, expect, it } from 'vitest';
import { composeEffects } from '../../src/ownership/compose-effects.ts';
import { isEffectsJson, type RevisionEffects } from '../../src/ownership/effects-json.ts';
import { schemaHistory } from '../../src/ownership/schema-history.ts';
import { sameTokens } from '../../src/plugin/revision-hash.ts';
import { handOversIn, parseHandOver, withCurrentReceivers } from '../../src/sql/hand-over.ts';

const line = '-- headwater: hand over table core_tag to tags';

describe('a line that hands an object over', () => {
  it.each([
    ['table core_tag to tags', { kind: 'table', name: 'core_tag', table: null }],
    ['table audit.entry to tags', { kind: 'table', name: 'audit.entry', table: null }],
    ['table public.core_tag to tags', { kind: 'table', name: 'core_tag', table: null }],
    ['type "My Mood" to tags', { kind: 'type', name: 'My Mood', table: null }],
    ['column core_object.likes to tags', { kind: 'column', name: 'likes', table: 'core_object' }],
    ['column audit.entry."a.b" to tags', { kind: 'column', name: 'a.b', table: 'audit.entry' }],
  ])('names %s', (text, object) => {
    expect(parseHandOver(`-- headwater: hand over ${text}`)).toEqual({ object, to: 'tags' });
  });

  it.each([
    '-- headwater: hand over core_tag to tags',
    '-- headwater: hand over table core_tag',
    '-- headwater: hand over column likes to core',
    '-- headwater: hand over table core_tag to Tags',
    '-- headwater: hand over table core_tag to tags, please',
  ])('is malformed: %s', (text) => {
    expect(parseHandOver(text)).toBeNull();
  });

  it('is found among other lines, and gets the current name of the receiver', () => {
    const text = `select 1; -- headwater: hand over table a to b\n  ${line}\n-- hand over table c to d\n`;
    expect(handOversIn(text)).toMatchObject([{ object: { name: 'core_tag' }, to: 'tags' }]);
    expect(withCurrentReceivers(text, new Map([['tags', 'labels']]))).toBe(text.replace('to tags', 'to labels'));
    expect(withCurrentReceivers(text, new Map([['b', 'x']]))).toBe(text);
  });

  it('is part of the text of a revision, unlike other comments', async () => {
    expect(await sameTokens(`${line}\nselect 1`, `-- moved\nSELECT 1;\n${line}`)).toBe(true);
    expect(await sameTokens(`${line}\nselect 1`, 'select 1')).toBe(false);
    expect(await sameTokens(line, line.replace('tags', 'labels'))).toBe(false);
  });
});

describe('an object that is handed over', () => {
  it('takes along the parts of its owner, and leaves those of others', async () => {
    const sql = (id: string, text: string) => ({
      id,
      plugin: id.split('@')[0] ?? '',
      up: { kind: 'sql', text } as const,
    });
    const history = await schemaHistory([
      sql(
        'core@1',
        'create table core_tag (id serial primary key, label text); create index core_tag_label on core_tag (label)',
      ),
      sql('likes@1', 'alter table core_tag add column likes int; create index core_tag_likes on core_tag (likes)'),
      sql('core@2', line),
      sql(
        'likes@2',
        '-- headwater: hand over column core_tag.likes to tags\n-- headwater: hand over table core_tag to likes',
      ),
    ]);
    const owners = Array.from(
      history.objects.values(),
      ({ kind, name, plugin, revision }) => `${kind} ${name}: ${plugin}, ${revision}`,
    );
    expect(owners.filter((one) => !one.startsWith('constraint') && !one.startsWith('sequence')).toSorted()).toEqual([
      'column id: tags, core@2',
      'column label: tags, core@2',
      'column likes: tags, likes@2',
      'index core_tag_label: tags, core@2',
      'index core_tag_likes: tags, likes@2',
      'table core_tag: tags, core@2',
    ]);
  });

  it('remains handed over by the squash of its revision', () => {
    const effects = (rest: Partial<RevisionEffects>): RevisionEffects => ({
      created: [],
      changed: [],
      dropped: [],
      renamed: [],
      ...rest,
    });
    const handedOver = [[['table', 'core_tag'], 'tags']] as const;
    const all = [effects({ created: [['table', 'core_tag']] }), effects({ handedOver })];
    const composed = composeEffects([], all, { id: 'core@3', plugin: 'core' });
    expect(composed).toEqual(effects({ created: [['table', 'core_tag']], handedOver }));
    expect(isEffectsJson(JSON.stringify(composed))).toBe(true);
    expect(isEffectsJson(JSON.stringify({ ...composed, handedOver: [['core_tag', 'tags']] }))).toBe(false);
  });
});
