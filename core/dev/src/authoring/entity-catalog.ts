import type { Catalog, CatalogDefinition } from '@headwater/kernel/internal/catalog';
import { serverErrorOf, serverRemarks } from '@headwater/kernel/internal/database';
import type { Entities } from '@headwater/kernel/internal/entities';
import { shortMessage, type KernelError } from '@headwater/kernel/internal/errors';
import { parseName, quoteIdentifier, quoteName, readSql, type SqlKind } from '@headwater/kernel/internal/sql';
import { owningColumn } from '../difference/column-sequence.ts';
import { hasObject, hasRelation } from '../difference/setting-difference.ts';
import { devError } from '../error/dev-codes.ts';
import type { Shadow } from '../shadow/shadow.ts';
import { statementAt } from './statement-at.ts';

/**
 * Returns the objects that MikroORM's own SQL creates for the entities in a database with the schema `before`, and
 * nothing else. Whatever revisions made stays in place, since entities may use it: extensions, functions, domains,
 * tables. Only the tables and views whose names `isReplaced` or that entities declare, and the enums that they declare,
 * are moved into another schema, which drops none of their dependents. Everything is rolled back afterwards. Throws
 * ENTITIES_UNCREATABLE and PARTITIONING_FIXED.
 */
export async function entityCatalog(
  shadow: Shadow,
  entities: Entities,
  before: Catalog,
  isReplaced: (table: string) => boolean = () => false,
): Promise<Catalog> {
  const { session } = shadow;
  const createSql = await entities.createSql();
  const created = await createdNames(createSql);
  const moves = [...freedSequences(before, createSql), ...movesOf(before, created, isReplaced)];
  await session.script('begin');
  try {
    if (moves.length > 0) await session.script(withoutEventTriggers(moves, before).join('\n'));
    try {
      if (createSql.trim() !== '') await session.script(createSql);
    } catch (error) {
      throw uncreatable(error, entities, createSql);
    }
    const catalog = createdPart(await shadow.catalog(), created);
    assertSamePartitioning(before, catalog);
    return catalog;
  } finally {
    await session.script('rollback').catch(() => {});
  }
}

/** The names of the objects that SQL creates. */
type CreatedNames = (kind: SqlKind, name: string) => boolean;

async function createdNames(createSql: string): Promise<CreatedNames> {
  const { statements } = await readSql(createSql);
  const names = new Set(statements.flatMap(({ creates }) => creates.map(({ kind, name }) => `${kind} ${name}`)));
  return (kind, name) => names.has(`${kind} ${name}`);
}

/** The schemas into which objects are moved, one for each of the application's schemas. */
const aside = /^headwater_aside_\d+$/;

/** Returns statements that move aside everything whose name the entities need, or which is replaced. */
function movesOf(
  { tables, definitions, enums }: Catalog,
  created: CreatedNames,
  isReplaced: (table: string) => boolean,
): readonly string[] {
  const isMoved = (name: string): boolean => created('table', name) || created('view', name) || isReplaced(name);
  const moved = [
    ...[...tables.values()].flatMap(({ name, partitions }) => [
      ...(isMoved(name) ? [{ kind: 'table', name }] : []),
      ...[...partitions.keys()].flatMap((part) =>
        isMoved(name) || isMoved(part) ? [{ kind: 'table', name: part }] : [],
      ),
    ]),
    ...[...definitions.values()].filter(({ kind, name }) => isView(kind) && isMoved(name)),
    ...[...enums.keys()].flatMap((name) => (created('type', name) ? [{ kind: 'type', name }] : [])),
  ];
  const schemas = new Map(
    [...new Set(moved.map(({ name }) => parseName(name).schema))].map((schema, i) => [schema, `headwater_aside_${i}`]),
  );
  return [
    ...Array.from(schemas.values(), (schema) => `create schema ${quoteIdentifier(schema)};`),
    ...moved.map(
      ({ kind, name }) =>
        `alter ${kind} ${quoteName(name)} set schema ${quoteIdentifier(schemas.get(parseName(name).schema) ?? '')};`,
    ),
  ];
}

/**
 * Takes the sequences that the entities name from the columns that own them, since PostgreSQL would move them with their
 * tables. The entities do not name the sequence that `serial` creates.
 */
function freedSequences({ settings }: Catalog, createSql: string): readonly string[] {
  return [...settings.values()].flatMap(({ of, name, reset }) =>
    name === owningColumn && createSql.includes(parseName(of.name).name) ? [reset] : [],
  );
}

/** Disables event triggers for statements, since they would take them for the author's. */
function withoutEventTriggers(statements: readonly string[], { definitions, settings }: Catalog): readonly string[] {
  const triggers = [...definitions.values()].filter(({ kind }) => kind === 'event trigger');
  const alter = (action: string): readonly string[] =>
    triggers.map(({ name }) => `alter event trigger ${quoteName(name)} ${action};`);
  // One that was not enabled before has a setting that says so.
  const states = [...settings.values()].flatMap(({ of, set }) => (of.kind === 'event trigger' ? [set] : []));
  return [...alter('disable'), ...statements, ...alter('enable'), ...states];
}

function isView(kind: string): boolean {
  return kind === 'view' || kind === 'materialized view';
}

/** Returns the part of a catalog that SQL has created. Everything on a new table or view is new as well. */
function createdPart(catalog: Catalog, created: CreatedNames): Catalog {
  const relations = {
    ...catalog,
    schemas: new Map([...catalog.schemas].filter(([name]) => !aside.test(name) && created('schema', name))),
    enums: new Map([...catalog.enums].filter(([name]) => created('type', name))),
    tables: new Map([...catalog.tables].filter(([name]) => created('table', name))),
    definitions: new Map(
      [...catalog.definitions].filter(([, { kind, name }]) => isView(kind) && created('view', name)),
    ),
  };
  const isCreated = ({ kind, table, name }: CatalogDefinition): boolean =>
    table === null ? kind === 'function' && created('function', functionName(name)) : hasRelation(relations, table);
  const definitions = new Map([
    ...relations.definitions,
    ...[...catalog.definitions].filter(([, definition]) => isCreated(definition)),
  ]);
  const settings = [...catalog.settings].filter(
    ([, { of }]) => of.kind !== 'database' && of.kind !== 'schema' && hasObject({ ...relations, definitions }, of),
  );
  return { ...relations, definitions, settings: new Map(settings) };
}

/** Returns the name of a function without its argument types. */
export function functionName(signature: string): string {
  return signature.replace(/\(.*$/s, '');
}

function assertSamePartitioning(before: Catalog, declared: Catalog): void {
  for (const { name, partitionBy } of declared.tables.values()) {
    const now = before.tables.get(name);
    if (now === undefined || now.partitionBy === partitionBy) continue;
    throw devError('PARTITIONING_FIXED', { table: name, now: now.partitionBy, wanted: partitionBy });
  }
}

function uncreatable(error: unknown, { ownership }: Entities, createSql: string): KernelError {
  const server = serverErrorOf(error);
  const position = server?.position ?? 0;
  const statement = position === 0 ? null : statementAt(createSql, position);
  const table = statement === null ? null : (/"([^"]+)"(?:\."([^"]+)")?/.exec(statement) ?? null);
  const name = table === null ? null : (table[2] ?? table[1] ?? null);
  const owner = ownership.objects.find((object) => object.table === name)?.owner ?? null;
  const reason = server?.message ?? shortMessage(error);
  const detail = server === null ? null : serverRemarks(server);
  return devError('ENTITIES_UNCREATABLE', { plugin: owner, table: name, reason, detail, statement }, { cause: error });
}
