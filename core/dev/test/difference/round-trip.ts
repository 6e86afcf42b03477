import type { Catalog } from '../../../kernel/src/catalog/catalog.ts';
import { load, type Sketch } from '../../../kernel/test/entities/support.ts';
import { downSql } from '../../src/authoring/down-sql.ts';
import { entityCatalog } from '../../src/authoring/entity-catalog.ts';
import { expectedCatalog } from '../../src/authoring/expected-catalog.ts';
import { recordedRelations, recordLines, recordLookup } from '../../src/authoring/declared-record.ts';
import { makeRenames } from '../../src/authoring/draft-from-entities.ts';
import { unplannedChanges } from '../../src/authoring/unplanned-changes.ts';
import { differenceOf } from '../../src/difference/catalog-difference.ts';
import { changesBetween } from '../../src/difference/changes-between.ts';
import { changesSql } from '../../src/difference/changes-sql.ts';
import type { Change, ChangeOf } from '../../src/difference/change.ts';
import { explainChange } from '../../src/difference/explain-change.ts';
import { openShadow, type Shadow } from '../../src/shadow/shadow.ts';

/** The SQL that changes one set of entities into another, and back. */
export interface RoundTrip {
  readonly up: string;
  readonly down: string;
  /** A short description of each change. */
  readonly changes: readonly string[];
}

/** Options for a round trip. */
export interface RoundTripOptions {
  /** The value of `--rename`. */
  readonly rename?: string;
  /** SQL that adds rows and undeclared objects after the tables of the first set of entities were created. */
  readonly meanwhile?: string;
}

/** A database in which to try differences, one at a time. */
export interface RoundTripDatabase extends AsyncDisposable {
  readonly shadow: Shadow;
  /**
   * Creates the tables of the entities `before`, changes them into those of `after` using only the difference, and
   * changes them back. Throws if a script fails or does not produce the expected schema.
   */
  readonly roundTrip: (
    before: readonly Sketch[],
    after: readonly Sketch[],
    options?: RoundTripOptions,
  ) => Promise<RoundTrip>;
  /** Returns the catalog after running SQL in an empty database. */
  readonly catalogAfter: (sql: string) => Promise<Catalog>;
}

/** Opens a database for round trips: PGlite in this process, or a new one on the server behind `url`. */
export async function openRoundTripDatabase(url: string | null = null): Promise<RoundTripDatabase> {
  const shadow = await openShadow(url);
  const { session } = shadow;
  return {
    shadow,
    async catalogAfter(sql) {
      await shadow.empty();
      await session.script(sql);
      return shadow.catalog();
    },
    async roundTrip(before, after, { rename, meanwhile = 'select 1' } = {}) {
      await shadow.empty();
      await session.script(`${await (await load(...before)).createSql()}\n;${meanwhile}`);
      const old = await shadow.catalog();
      const { renames, renamed, target, changes } = await plannedChanges(shadow, old, [before, after], rename ?? null);
      await run(session, changesSql(changes));
      const reached = await shadow.catalog();
      assertNone('up leaves', differenceOf(reached, target).map(explainChange), changesSql(changes));
      const unplanned = unplannedChanges(changes, differenceOf(renamed, reached));
      assertNone('up also makes', unplanned.map(explainChange), changesSql(changes));
      const down = downSql(reached, renamed, renames);
      await run(session, down);
      const returned = await shadow.catalog();
      assertNone('down leaves', differenceOf(returned, old).map(explainChange), down);
      const all = [...renames, ...changes];
      return { up: changesSql(all), down, changes: all.map(explainChange) };
    },
    [Symbol.asyncDispose]: () => shadow[Symbol.asyncDispose](),
  };
}

/** The changes that lead from some entities to others. */
export interface PlannedChanges {
  readonly renames: readonly ChangeOf<'rename'>[];
  /** The catalog after the renames, which have run. */
  readonly renamed: Catalog;
  readonly target: Catalog;
  readonly changes: readonly Change[];
}

/** Plans the changes of entities in a database with the schema `old`, and renames what `rename` says. */
export async function plannedChanges(
  shadow: Shadow,
  old: Catalog,
  [before, after]: readonly [readonly Sketch[], readonly Sketch[]],
  rename: string | null,
): Promise<PlannedChanges> {
  const lines = new Set(recordLines(await entityCatalog(shadow, await load(...before), old)).map(([line]) => line));
  const relations = recordedRelations(lines);
  const declared = await entityCatalog(shadow, await load(...after), old, (name) => relations.has(name));
  const { renames, renamed } = await makeRenames(shadow, rename, [old, declared]);
  const target = expectedCatalog(renamed, declared, {
    isRecorded: recordLookup(lines, renames),
    isDropped: () => false,
  });
  return { renames, renamed, target, changes: changesBetween(renamed, target) };
}

async function run({ script }: Shadow['session'], text: string): Promise<void> {
  try {
    if (text !== '') await script(text);
  } catch (error) {
    throw new Error(`${String(error)} in\n${text}`, { cause: error });
  }
}

function assertNone(problem: string, differences: readonly string[], script: string): void {
  if (differences.length > 0) throw new Error(`${problem} ${differences.join('; ')} after\n${script}`);
}
