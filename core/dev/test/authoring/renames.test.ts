import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { likelyRenames, readRenames, reverted } from '../../src/authoring/renames.ts';
import { changesBetween } from '../../src/difference/changes-between.ts';
import { changesSql } from '../../src/difference/changes-sql.ts';
import type { Catalog } from '../../../kernel/src/catalog/catalog.ts';
import { openShadow, type Shadow } from '../../src/shadow/shadow.ts';
import { holding } from '../../../kernel/test/entities/support.ts';
import { serverUrl } from '../../../../test/helper/database.ts';

/** The schema that the revisions produce, and the one that the entities declare. */
const old = `create table likes_like (id serial primary key, note text, kept int unique); create table likes_gone (id int, x text);
  create schema shop; create table shop.thing (id int);`;
const wanted = `create table likes_like (id serial primary key, remark text, kept int unique, extra int);
  create table likes_fan (id int, x text); create schema shop; create table shop.item (id int);`;

describe('--rename', () => {
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
    ['likes_like.note', 'is not of the form old:new'],
    ['likes_like.note:', 'is not of the form old:new'],
    ['a:b:c', 'is not of the form old:new'],
    ['', 'is not of the form old:new'],
    ['likes_like:likes_fan', 'renames "likes_like", which is still the table of an entity'],
    [
      'likes_gone:likes_fans',
      'renames to "likes_fans", which is not the table of any entity; did you mean "likes_fan"?',
    ],
    ['likes_gone:likes_like', 'renames to "likes_like", which is an existing table'],
    ['likes_gone:shop.item', 'moves a table to another schema, which is not a rename'],
    ['likes_lik.note:remark', 'names table "likes_lik", which no revision creates; did you mean "likes_like"?'],
    ['likes_gone.x:y', 'names table "likes_gone", which is no longer the table of any entity'],
    ['likes_like.not:remark', 'names "likes_like.not", which is not a column; did you mean "note"?'],
    ['likes_like.kept:extra', 'renames "likes_like.kept", which an entity still declares'],
    ['likes_like.note:remarks', 'renames to "likes_like.remarks", which no entity declares; did you mean "remark"?'],
    ['likes_like.note:kept', 'renames to "likes_like.kept", which is an existing column'],
    ['note:remark', 'names table "note", which no revision creates'],
  ])('"%s" is refused: it %s', (text, problem) => {
    let refused: unknown = null;
    try {
      readRenames(text, before, after);
    } catch (error) {
      refused = error;
    }
    expect(refused).toMatchObject({ code: 'RENAME_INVALID', exitCode: 2, message: holding(problem) });
  });

  it('renames a table before its columns (which are given with the old table name), and can be reverted', async () => {
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
    // The names of keys and sequences contain the table name and the column name.
    expect(left.map(({ kind }) => kind)).toEqual(['alter column', 'rename', 'rename']);
    await shadow.session.script(changesSql(renames.toReversed().map(reverted)));
    expect(await shadow.catalog()).toEqual(from);
  });

  it('is suggested if a dropped object and an added one differ only in name', () => {
    expect(likelyRenames(changesBetween(before, after))).toEqual([
      'likes_gone:likes_fan',
      'shop.thing:shop.item',
      'likes_like.note:remark',
    ]);
  });
});
