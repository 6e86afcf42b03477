import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ruleLevels } from '../../src/lint/rule-levels.ts';
import { newerSyntaxTable } from '../../src/lint/rules/newer-syntax-table.ts';
import { newerSyntaxIn } from '../../src/lint/rules/newer-syntax.ts';
import { readSql } from '../../../kernel/src/sql/read-sql.ts';
import { rulesOf, lint, type Sketch } from './support.ts';

const page = readFileSync(join(import.meta.dirname, '../../../../docs/guide/lint.md'), 'utf8');

/** The revisions that run before the page's examples. */
const before: readonly Sketch[] = [
  { id: 'core@0001_objects', up: 'create table core_object (id serial primary key, created_at timestamptz)' },
  { id: 'core@0002_activities', up: 'create table core_activity (id serial primary key)' },
  {
    id: 'likes@0001_like',
    dependsOn: ['core@0001_objects'],
    up:
      "create type likes_kind as enum ('like', 'love'); create table likes_like (id serial primary key, " +
      'object_id int not null references core_object, score int not null default 0, note varchar(200), kind likes_kind)',
  },
];

/** Returns the examples of a section: SQL, or fields of revisions. */
function examplesIn(section: string): readonly string[] {
  return Array.from(section.matchAll(/^```(?:sql|ts)\n([\s\S]*?)^```$/gm), ([, text]) => text ?? '');
}

/** Converts an example to the revisions that it describes, in order. */
function sketchesOf(example: string): readonly Sketch[] {
  const text = (field: string): string | undefined => new RegExp(`^${field}: sql\`([^\`]*)\`,`, 'm').exec(example)?.[1];
  const ids = /dependsOn: \[(.*)\]/.exec(example)?.[1]?.matchAll(/'([^']+)'/g) ?? [];
  const [down, check] = [text('down'), text('check')];
  const fields: Partial<Sketch> = {
    breaking: /^breaking: true,/m.test(example),
    dependsOn: Array.from(ids, ([, id]) => id ?? ''),
    ...(example.includes('down: null') ? { down: null } : down !== undefined && { down }),
    ...(check !== undefined && { check }),
  };
  const texts = text('up') ?? example;
  return texts.split('-- in the next revision:\n').map((up, i) => ({ id: `likes@000${i + 2}`, up, ...fields }));
}

async function found(example: string, rule: string): Promise<readonly string[]> {
  const own = sketchesOf(example);
  return rulesOf(
    await lint(
      [...before, ...own],
      own.map(({ id }) => id),
      { tables: rule === 'named-schema' ? 'shop' : 'public' },
    ),
  );
}

const sections = Array.from(
  page.matchAll(/^### `([\w-]+)` \((\w+)\)\n([\s\S]*?)(?=^##|(?![\s\S]))/gm),
  ([, rule, level, text]) => ({
    rule: rule ?? '',
    level: level ?? '',
    text: text ?? '',
  }),
);

describe('the lint guide', () => {
  it('has a section for each rule, with its level', () => {
    const expected = Object.entries(ruleLevels).map(([rule, level]) => `${rule} ${level}`);
    expect(sections.map(({ rule, level }) => `${rule} ${level}`).toSorted()).toEqual(expected.toSorted());
  });

  it.each(sections)('shows a bad example of $rule that violates no other rule', async ({ rule, text }) => {
    expect(await found(examplesIn(text)[0] ?? '', rule)).toEqual([rule]);
  });

  it.each(sections)('shows a good example of $rule that violates no rule', async ({ rule, text }) => {
    const examples = examplesIn(text);
    expect(examples).toHaveLength(2);
    expect(await found(examples[1] ?? '', rule)).toEqual([]);
  });
});

describe('newer syntax', () => {
  it.each(newerSyntaxTable)(
    '$name is found in its example for servers that lack it, and not for servers that have it',
    async ({ name, since, example }) => {
      const { statements } = await readSql(example);
      expect((await newerSyntaxIn(statements, since - 1)).map((one) => one.name)).toContain(name);
      expect((await newerSyntaxIn(statements, since)).map((one) => one.name)).not.toContain(name);
    },
  );

  it.each([
    'create table t (a int, b int generated always as (a + 1) stored, constraint c check (a > 0), d int constraint e not null)',
    "create table t (a int unique nulls not distinct, b text default '{}'::jsonb)",
    'alter table t alter constraint c deferrable; alter table t set access method heap',
    'merge into t using u on t.a = u.a when matched then delete when not matched then insert (a) values (1)',
    'insert into t as old (a) values (1) returning old.a; delete from t using u as new where t.a = new.a returning new.a',
    "select 1 from (select 1) as x; select now() at time zone 'utc', random(), 1000, 'any_value', 1e5",
    "copy t (a) from stdin (format csv, null '')",
    'create statistics s on a, b from t; vacuum t; analyze t (a)',
    "select '1'::json, json_build_object('a', 1), jsonb_path_query('1', '$'), json_object('{a,1}')",
    'create unique index on t (a) include (b) nulls not distinct where a > 0',
  ])('is not found in SQL that PostgreSQL 15 accepts: %s', async (sql) => {
    expect(await newerSyntaxIn((await readSql(sql)).statements, 15)).toEqual([]);
  });
});
