import { serverErrorOf } from '../db/foreign-error.ts';
import type { Session } from '../db/session.ts';
import { besideTable, quoteName } from '../difference/names.ts';
import { firstLine } from '../error/first-line.ts';
import { KernelError } from '../error/kernel-error.ts';
import type { Entities } from '../schema/entities.ts';
import type { Catalog } from '../shadow/catalog.ts';
import { readCatalog } from '../shadow/read-catalog.ts';

/**
 * The catalog that entities ask for, made by MikroORM's own SQL where `before` is what is there: the tables and views
 * make room for it, while extensions, functions and types that no entity declares stay, since columns may use them. The
 * database is afterwards as it was. Throws ENTITIES_UNCREATABLE.
 */
export async function targetCatalog(session: Session, entities: Entities, before: Catalog): Promise<Catalog> {
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
    return withoutLeftOver(await readCatalog(session), declared);
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

/** Less the enums that no entity declares and no column uses: those an entity declared once. */
function withoutLeftOver(catalog: Catalog, declared: ReadonlySet<string>): Catalog {
  const used = new Set(
    [...catalog.tables.values()].flatMap(({ columns }) => Array.from(columns.values(), (column) => column.enum)),
  );
  const enums = new Map([...catalog.enums].filter(([name]) => declared.has(name) || used.has(name)));
  return { ...catalog, enums };
}

function uncreatable(error: unknown, { ownership }: Entities, createSql: string): KernelError {
  const server = serverErrorOf(error);
  const position = server?.position ?? 0;
  const statement = position === 0 ? null : statementAt(createSql, position);
  const table = statement === null ? null : (/"([^"]+)"(?:\."([^"]+)")?/.exec(statement) ?? null);
  const name = table === null ? null : (table[2] ?? table[1] ?? null);
  const owner = ownership.objects.find((object) => object.table === name)?.owner ?? null;
  const reason = server?.message ?? firstLine(error);
  return new KernelError('ENTITIES_UNCREATABLE', { plugin: owner, table: name, reason, statement }, { cause: error });
}

function statementAt(sql: string, position: number): string {
  const text = [...sql];
  const from = text.slice(0, position).join('').lastIndexOf(';\n') + 1;
  return (sql.slice(from).split(';\n')[0] ?? '').trim().slice(0, 200);
}
