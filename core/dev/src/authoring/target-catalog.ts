import { devError } from '../error/dev-codes.ts';
import { firstLine, serverErrorOf, type Catalog, type Entities, type KernelError } from '@headwater/kernel/internal';
import { besideTable, quoteName } from '../difference/names.ts';
import type { Shadow } from '../shadow/shadow.ts';

/**
 * The catalog that entities ask for, made by MikroORM's own SQL where `before` is what is there: the tables and views
 * make room for it, while extensions, functions and types that no entity declares stay, since columns may use them. The
 * database is afterwards as it was. Throws ENTITIES_UNCREATABLE and PARTITIONING_FIXED.
 */
export async function targetCatalog(shadow: Shadow, entities: Entities, before: Catalog): Promise<Catalog> {
  const { session } = shadow;
  const declared = new Set(entities.ownership.objects.flatMap(({ kind, name }) => (kind === 'enum' ? [name] : [])));
  const createSql = await entities.createSql();
  await session.script('begin');
  try {
    await session.script(roomFor(before, declared));
    try {
      if (createSql.trim() !== '') await session.script(createSql);
    } catch (error) {
      throw uncreatable(error, entities, createSql);
    }
    const target = withoutLeftOver(await shadow.catalog(), declared);
    assertSamePartitioning(before, target);
    return target;
  } finally {
    await session.script('rollback').catch(() => {});
  }
}

/** Drops what entities declare. What else there is, no difference of entities is about. */
function roomFor({ tables, enums, definitions }: Catalog, declared: ReadonlySet<string>): string {
  const views = [...definitions.values()].filter(({ kind }) => kind === 'view' || kind === 'materialized view');
  return [
    ...views.map(({ kind, name }) => `drop ${kind} if exists ${quoteName(name)} cascade;`),
    ...Array.from(tables.keys(), (name) => `drop table if exists ${quoteName(name)} cascade;`),
    ...Array.from(enums.keys()).flatMap((name) =>
      declared.has(name)
        ? [`drop type if exists ${besideTable(name, name.slice(name.indexOf('.') + 1))} cascade;`]
        : [],
    ),
    'select 1;',
  ].join('\n');
}

/** Less the enums that no entity declares and nothing uses: those an entity declared once. */
function withoutLeftOver(catalog: Catalog, declared: ReadonlySet<string>): Catalog {
  const enums = new Map([...catalog.enums].filter(([name, { used }]) => declared.has(name) || used));
  return { ...catalog, enums };
}

function assertSamePartitioning(before: Catalog, target: Catalog): void {
  for (const { name, partitionBy } of target.tables.values()) {
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
  const reason = server?.message ?? firstLine(error);
  return devError('ENTITIES_UNCREATABLE', { plugin: owner, table: name, reason, statement }, { cause: error });
}

function statementAt(sql: string, position: number): string {
  const text = [...sql];
  const from = text.slice(0, position).join('').lastIndexOf(';\n') + 1;
  return (sql.slice(from).split(';\n')[0] ?? '').trim().slice(0, 200);
}
