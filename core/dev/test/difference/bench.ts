import { changesBetween } from '../../src/difference/changes-between.ts';
import { differenceOf } from '../../src/difference/catalog-difference.ts';
import { explainChange } from '../../src/difference/explain-change.ts';
import { changesSql } from '../../src/difference/changes-sql.ts';
import { readRenames } from '../../src/authoring/renames.ts';
import { targetCatalog } from '../../src/authoring/target-catalog.ts';
import { undoSql } from '../../src/authoring/undo-sql.ts';
import type { Catalog } from '../../../kernel/src/catalog/catalog.ts';
import { openShadow, type Shadow } from '../../src/shadow/shadow.ts';
import { load, type Sketch } from '../../../kernel/test/entities/support.ts';

/** What leads from one set of entities to another and back. */
export interface Step {
  readonly up: string;
  readonly down: string;
  /** Half a line each. */
  readonly changes: readonly string[];
}

/** How to get from one set of entities to the other. */
export interface StepOptions {
  /** What `--rename` says. */
  readonly rename?: string;
  /** SQL that runs between the two: rows, and what nobody declares. */
  readonly meanwhile?: string;
}

/** A database on which differences are tried, one at a time. */
export interface Bench extends AsyncDisposable {
  readonly shadow: Shadow;
  /**
   * Makes what the entities `before` ask for, then what `after` ask for, by the difference alone, then the former again.
   * Throws where a script fails or does not lead where it should.
   */
  readonly step: (before: readonly Sketch[], after: readonly Sketch[], options?: StepOptions) => Promise<Step>;
  /** What is there after some SQL in an empty database. */
  readonly drawn: (sql: string) => Promise<Catalog>;
}

/** Opens a bench on PostgreSQL in this process, or on the one behind `url`. */
export async function openBench(url: string | null = null): Promise<Bench> {
  const shadow = await openShadow(url);
  const { session } = shadow;
  return {
    shadow,
    async drawn(sql) {
      await shadow.empty();
      await session.script(sql);
      return shadow.catalog();
    },
    async step(before, after, { rename, meanwhile = 'select 1' } = {}) {
      await shadow.empty();
      await session.script(`${await (await load(...before)).createSql()}\n;${meanwhile}`);
      const old = await shadow.catalog();
      const target = await targetCatalog(shadow, await load(...after), old);
      const renames = rename === undefined ? [] : readRenames(rename, old, target);
      await session.script(`${changesSql(renames)};`);
      const renamed = await shadow.catalog();
      const changes = changesBetween(renamed, target);
      await run(session, changesSql(changes));
      const reached = await shadow.catalog();
      assertNone('up leaves', differenceOf(reached, target).map(explainChange), changesSql(changes));
      const down = undoSql(reached, renamed, renames);
      await run(session, down);
      const returned = await shadow.catalog();
      assertNone('down leaves', differenceOf(returned, old, { undefine: true }).map(explainChange), down);
      const all = [...renames, ...changes];
      return { up: changesSql(all), down, changes: all.map(explainChange) };
    },
    [Symbol.asyncDispose]: () => shadow[Symbol.asyncDispose](),
  };
}

async function run({ script }: Shadow['session'], text: string): Promise<void> {
  try {
    if (text !== '') await script(text);
  } catch (error) {
    throw new Error(`${String(error)} in\n${text}`, { cause: error });
  }
}

function assertNone(what: string, left: readonly string[], script: string): void {
  if (left.length > 0) throw new Error(`${what} ${left.join('; ')} after\n${script}`);
}
