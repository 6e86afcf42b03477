import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { likelyRenames, readRenames, undone } from '../../src/authoring/renames.ts';
import { changesBetween } from '../../src/difference/changes-between.ts';
import { changesSql } from '../../src/difference/changes-sql.ts';
import type { Catalog } from '../../../kernel/src/catalog/catalog.ts';
import { openShadow, type Shadow } from '../../src/shadow/shadow.ts';
import { holding } from '../../../kernel/test/entities/support.ts';
import { serverUrl } from '../../../../test/helper/database.ts';

/** What the revisions make, and what the entities want. */
const old = `create table likes_like (id serial primary key, note text, kept int unique); create table likes_gone (id int, x text);
  create schema shop; create table shop.thing (id int);`;
const wanted = `create table likes_like (id serial primary key, remark text, kept int unique, extra int);
  create table likes_fan (id int, x text); create schema shop; create table shop.item (id int);`;

describe('what --rename says', () => {
  let shadow: Shadow;
  let before: Catalog;
  let after: Catalog;
  beforeAll(async () => {
    shadow = await openShadow(serverUrl('postgres'));
    before = await drawn(old);
    after = await drawn(wanted);
  });
  afterAll(() => shadow[Symbol.asyncDispose]());
  const drawn = async (sql: string): Promise<Catalog> => {
    await shadow.empty();
    await shadow.session.script(sql);
    return shadow.catalog();
  };

  it.each([
    ['likes_like.note', 'is not old:new'],
    ['likes_like.note:', 'is not old:new'],
    ['a:b:c', 'is not old:new'],
    ['', 'is not old:new'],
    ['likes_like:likes_fan', 'renames "likes_like", which an entity still has for its table'],
    ['likes_gone:likes_fans', 'leads to "likes_fans", which no entity has for its table; did you mean "likes_fan"?'],
    ['likes_gone:likes_like', 'leads to "likes_like", and there is a table of that name'],
    ['likes_gone:shop.item', 'leads into another schema, which is no renaming'],
    [
      'likes_lik.note:remark',
      'names the table "likes_lik", which the revisions do not make; did you mean "likes_like"?',
    ],
    ['likes_gone.x:y', 'names the table "likes_gone", which no entity has any more'],
    ['likes_like.not:remark', 'names "likes_like.not", and there is no such column; did you mean "note"?'],
    ['likes_like.kept:extra', 'renames "likes_like.kept", which an entity still has'],
    ['likes_like.note:remarks', 'leads to "likes_like.remarks", which no entity has; did you mean "remark"?'],
    ['likes_like.note:kept', 'leads to "likes_like.kept", and there is a column of that name'],
    ['note:remark', 'names the table "note", which the revisions do not make'],
  ])('is refused where it is «%s»: it %s', (text, problem) => {
    let refused: unknown = null;
    try {
      readRenames(text, before, after);
    } catch (error) {
      refused = error;
    }
    expect(refused).toMatchObject({ code: 'RENAME_INVALID', exitCode: 2, message: holding(problem) });
  });

  it('renames tables before the columns that are named under their old names, and all of it back', async () => {
    const [first, later] = [
      `create table likes_old (id serial primary key, note text unique)`,
      `create table likes_new (id serial primary key, remark text unique)`,
    ];
    const [from, to] = [await drawn(first), await drawn(later)];
    const renames = readRenames(' likes_old.note : remark , likes_old:likes_new', from, to);
    expect(renames.map(({ of, on, from: name }) => [of, on, name])).toEqual([
      ['table', 'likes_new', 'likes_old'],
      ['column', 'likes_new', 'note'],
    ]);
    await drawn(first);
    await shadow.session.script(changesSql(renames));
    const left = changesBetween(await shadow.catalog(), to);
    // The keys and the sequence are called after them.
    expect(left.map(({ kind }) => kind)).toEqual(['alter column', 'rename', 'rename']);
    await shadow.session.script(changesSql(renames.toReversed().map(undone)));
    expect(await shadow.catalog()).toEqual(from);
  });

  it('is proposed where what goes and what comes differ by name alone', () => {
    expect(likelyRenames(changesBetween(before, after))).toEqual([
      'likes_gone:likes_fan',
      'shop.thing:shop.item',
      'likes_like.note:remark',
    ]);
  });
});
