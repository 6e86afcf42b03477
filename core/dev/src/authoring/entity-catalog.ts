import type { Catalog } from '@headwater/kernel/internal/catalog';
import { serverErrorOf } from '@headwater/kernel/internal/database';
import type { Entities } from '@headwater/kernel/internal/entities';
import { shortMessage, type KernelError } from '@headwater/kernel/internal/errors';
import { quoteName } from '@headwater/kernel/internal/sql';
import { devError } from '../error/dev-codes.ts';
import type { Shadow } from '../shadow/shadow.ts';

/**
 * Returns the schema that MikroORM's own SQL creates for the entities in a database with the schema `before`. Existing
 * tables and views are dropped first. Extensions, functions and types that no entity declares are kept, since
 * columns may use them. Everything is rolled back afterwards. Throws ENTITIES_UNCREATABLE and PARTITIONING_FIXED.
 */
export async function entityCatalog(shadow: Shadow, entities: Entities, before: Catalog): Promise<Catalog> {
  const { session } = shadow;
  const declared = new Set(entities.ownership.objects.flatMap(({ kind, name }) => (kind === 'enum' ? [name] : [])));
  const createSql = await entities.createSql();
  await session.script('begin');
  try {
    await session.script(dropSql(before, declared));
    try {
      if (createSql.trim() !== '') await session.script(createSql);
    } catch (error) {
      throw uncreatable(error, entities, createSql);
    }
    const catalog = withoutUnusedEnums(await shadow.catalog(), declared);
    assertSamePartitioning(before, catalog);
    return catalog;
  } finally {
    await session.script('rollback').catch(() => {});
  }
}

/** Returns SQL that drops all objects of the kinds that entities declare. No comparison covers other objects. */
function dropSql({ tables, enums, definitions }: Catalog, declared: ReadonlySet<string>): string {
  const views = [...definitions.values()].filter(({ kind }) => kind === 'view' || kind === 'materialized view');
  return [
    ...views.map(({ kind, name }) => `drop ${kind} if exists ${quoteName(name)} cascade;`),
    ...Array.from(tables.keys(), (name) => `drop table if exists ${quoteName(name)} cascade;`),
    ...Array.from(enums.keys()).flatMap((name) =>
      declared.has(name) ? [`drop type if exists ${quoteName(name)} cascade;`] : [],
    ),
    'select 1;',
  ].join('\n');
}

/** Removes enums that no entity declares and no column uses, since they are left over from earlier entities. */
function withoutUnusedEnums(catalog: Catalog, declared: ReadonlySet<string>): Catalog {
  const enums = new Map([...catalog.enums].filter(([name, { used }]) => declared.has(name) || used));
  return { ...catalog, enums };
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
  return devError('ENTITIES_UNCREATABLE', { plugin: owner, table: name, reason, statement }, { cause: error });
}

function statementAt(sql: string, position: number): string {
  const text = [...sql];
  const from = text.slice(0, position).join('').lastIndexOf(';\n') + 1;
  return (sql.slice(from).split(';\n')[0] ?? '').trim().slice(0, 200);
}
