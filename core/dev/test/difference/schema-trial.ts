import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import type { Catalog } from '../../../kernel/src/catalog/catalog.ts';
import { serverErrorOf } from '../../../kernel/src/db/server-error.ts';
import { load } from '../../../kernel/test/entities/support.ts';
import { downSql } from '../../src/authoring/down-sql.ts';
import { unplannedChanges } from '../../src/authoring/unplanned-changes.ts';
import { differenceOf } from '../../src/difference/catalog-difference.ts';
import { changesBetween } from '../../src/difference/changes-between.ts';
import { changesSql } from '../../src/difference/changes-sql.ts';
import { explainChange } from '../../src/difference/explain-change.ts';
import type { Shadow } from '../../src/shadow/shadow.ts';
import { schemaDifferences } from '../../src/authoring/schema-proof.ts';
import type { DumpableShadow } from './pg-dump.ts';
import { plannedChanges } from './round-trip.ts';
import { randomSchemas, type RandomSchema, type SchemaSource } from './random-schemas.ts';

/** One schema as two oracles see it. */
interface Reading {
  readonly catalog: Catalog;
  readonly dump: readonly string[];
}

/** The first seed to try. */
export const firstSeed = Number(process.env['SEED'] ?? 1);

/** Tries the random schemas of `count` seeds, and returns every failure with the variables that try it again. */
export async function failuresOf(shadow: DumpableShadow, first: number, count: number): Promise<readonly string[]> {
  const failures: string[] = [];
  for (let seed = first; seed < first + count; seed += 1) {
    const [schema] = fc.sample(randomSchemas, { seed, numRuns: 1 });
    if (schema === undefined) throw new Error('there is no schema');
    await tryChange(shadow, schema).catch((error: unknown) => {
      failures.push(`SEED=${seed} SEEDS=1, ${schema.changed}, ${schema.change}: ${String(error)}`);
    });
  }
  return failures;
}

/**
 * Makes the change of a schema with the SQL of the difference, and reverts it. Throws if the result differs from a new
 * database, or from the schema before, or if the catalog and `pg_dump` disagree.
 */
async function tryChange(shadow: DumpableShadow, schema: RandomSchema): Promise<void> {
  await create(shadow, schema.after);
  const fresh = await readingOf(shadow);
  await create(shadow, schema.before);
  const old = await readingOf(shadow);
  if (schema.changed === 'entities') await changeEntities(shadow, schema, old, fresh);
  else await changeSql(shadow, old, fresh);
}

async function changeSql(shadow: DumpableShadow, old: Reading, fresh: Reading): Promise<void> {
  // What is not read is counted instead.
  if (!isDeepStrictEqual(old.catalog.unread, fresh.catalog.unread)) return;
  // No statement changes the partition key of a table.
  if (!isDeepStrictEqual(partitionKeys(old), partitionKeys(fresh))) return;
  const [ours, theirs] = [schemaDifferences(old.catalog, fresh.catalog), dumpDifference(old.dump, fresh.dump)];
  if (ours.length > 0 !== theirs.length > 0)
    throw new Error(`the catalog finds ${list(ours)}, and pg_dump ${list(theirs)}`);
  try {
    const up = await change(shadow, old.catalog, fresh.catalog);
    const reached = await readingOf(shadow);
    assertSame('up does not lead to the other schema', up, fresh, reached, newChildren(old, fresh));
    const down = await change(shadow, reached.catalog, old.catalog);
    assertSame('down does not lead back', down, old, await readingOf(shadow), newChildren(reached, old));
  } catch (error) {
    // PostgreSQL cannot change a type or a collation while a column has it.
    if (error instanceof Error && serverErrorOf(error.cause)?.code === '2BP01') return;
    throw error;
  }
}

function partitionKeys({ catalog }: Reading): readonly (readonly [string, string])[] {
  return Array.from(catalog.tables.values(), ({ name, partitionBy }) => [name, partitionBy ?? ''] as const);
}

/**
 * Returns the tables that join a parent. Then they also declare the columns and checks that they inherit, since no statement
 * takes that from them. `pg_dump` prints it, and the catalog does not compare it.
 */
function newChildren(from: Reading, to: Reading): readonly string[] {
  return Array.from(to.catalog.tables.values()).flatMap(({ name, inherits }) => {
    const before = from.catalog.tables.get(name)?.inherits;
    return before === undefined || inherits.every((parent) => before.includes(parent)) ? [] : [name];
  });
}

async function changeEntities(
  shadow: DumpableShadow,
  { before, after, rename }: RandomSchema,
  old: Reading,
  fresh: Reading,
): Promise<void> {
  const plan = await plannedChanges(shadow, old.catalog, [before.entities, after.entities], rename);
  const { renames, renamed, changes } = plan;
  const up = changesSql(changes);
  await run(shadow, up);
  const reached = await readingOf(shadow);
  assertSame('up and a new database differ', up, fresh, reached);
  const unplanned = unplannedChanges(changes, differenceOf(renamed, reached.catalog));
  if (unplanned.length > 0) throw new Error(`up also makes ${list(unplanned.map(explainChange))}, after\n${up}`);
  const down = downSql(reached.catalog, renamed, renames);
  await run(shadow, down);
  assertSame('down does not lead back', down, old, await readingOf(shadow));
}

/** Changes one schema into another, and returns the SQL. */
async function change(shadow: Shadow, from: Catalog, to: Catalog): Promise<string> {
  const text = changesSql(changesBetween(from, to));
  await run(shadow, text);
  return text;
}

async function readingOf(shadow: DumpableShadow): Promise<Reading> {
  return { catalog: await shadow.catalog(), dump: await shadow.dump() };
}

async function run({ session }: Shadow, text: string): Promise<void> {
  if (text === '') return;
  await session.script(text).catch((error: unknown) => {
    throw new Error(`${String(error)} in\n${text}`, { cause: error });
  });
}

function assertSame(
  what: string,
  sql: string,
  expected: Reading,
  found: Reading,
  undumped: readonly string[] = [],
): void {
  const isDumped = (entry: string): boolean =>
    !undumped.some((table) => new RegExp(`^(?:TABLE|DEFAULT) ${table}\\b`).test(entry));
  const [is, was] = [found.dump.filter(isDumped), expected.dump.filter(isDumped)];
  const all = [...schemaDifferences(expected.catalog, found.catalog), ...dumpDifference(was, is)];
  if (all.length > 0) throw new Error(`${what}: ${list(all)}, after\n${sql}`);
}

function list(found: readonly string[]): string {
  return found.join('; ') || 'nothing';
}

/** Creates a schema in an empty database: its tables with the SQL of MikroORM, then its hand-written SQL. */
async function create(shadow: Shadow, { entities, sql }: SchemaSource): Promise<void> {
  await shadow.empty();
  const text = [await (await load(...entities)).createSql(), ...sql].join('\n;\n');
  await run(shadow, text);
}

function dumpDifference(expected: readonly string[], found: readonly string[]): readonly string[] {
  const [is, was] = [new Set(found), new Set(expected)];
  return [
    ...expected.filter((entry) => !is.has(entry)).map((entry) => `- ${entry}`),
    ...found.filter((entry) => !was.has(entry)).map((entry) => `+ ${entry}`),
  ];
}
