import { describe, expect, it } from 'vitest';
import { openSplitter, type FindOwner } from '../../src/adoption/split-statements.ts';

/** Tables and columns with their plugins. */
const declared: Readonly<Record<string, string>> = {
  customer: 'shop',
  item: 'shop',
  bill: 'billing',
  'customer.bills': 'billing',
};

const ownerOf: FindOwner = ({ kind, name, table }) =>
  declared[kind === 'column' ? `${table}.${name}` : name] ?? declared[table ?? name] ?? null;

const split = (...statements: readonly string[]): Promise<readonly string[]> =>
  openSplitter('shop', ownerOf)
    .split(statements, (problem) => new Error(problem))
    .then((runs) => runs.map(({ plugin, statements: own }) => `${plugin}: ${own.join(' ')}`));

describe('the statements of a history', () => {
  it('go to the plugins that declare the tables, in few runs', async () => {
    expect(
      await split(
        'create table bill (id int primary key)',
        'create table customer (id int primary key); create table item (id int)',
        'create index bill_index on bill (id)',
        'alter table customer add column name text',
      ),
    ).toEqual([
      'billing: create table bill (id int primary key); create index bill_index on bill (id);',
      'shop: create table customer (id int primary key); create table item (id int); alter table customer add column name text;',
    ]);
  });

  it('keep the order in which statements about the same tables ran', async () => {
    expect(
      await split(
        'create table customer (id int primary key)',
        'create table bill (customer int references customer)',
        'alter table customer drop constraint customer_pkey cascade',
      ),
    ).toEqual([
      'shop: create table customer (id int primary key);',
      'billing: create table bill (customer int references customer);',
      'shop: alter table customer drop constraint customer_pkey cascade;',
    ]);
  });

  it('follow the plugin of a column on the table of another', async () => {
    expect(await split('create table customer (id int)', 'alter table customer add column bills int')).toEqual([
      'shop: create table customer (id int);',
      'billing: alter table customer add column bills int;',
    ]);
  });

  it('go to the first plugin if nobody declares the object, and to its creator later', async () => {
    expect(await split("create type mood as enum ('a')", 'insert into log values (1)', 'drop type mood')).toEqual([
      "shop: create type mood as enum ('a'); insert into log values (1); drop type mood;",
    ]);
  });

  it('are refused if one is about tables of several plugins', async () => {
    await expect(split('drop table customer, bill')).rejects.toThrow(
      'one of its statements changes objects of shop and billing: drop table customer, bill',
    );
  });
});
