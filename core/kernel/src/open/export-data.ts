import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Session } from '../db/session.ts';
import { quoteIdentifiers, quoteLiteral, quoteName } from '../sql/quote.ts';
import type { Footprint } from './footprint.ts';

/** A file with exported rows. */
export interface ExportedFile {
  /** Its absolute path. */
  readonly file: string;
  readonly table: string;
  readonly rows: number;
}

/** The number of rows that are read at once. */
const pageSize = 1000;

/**
 * Writes the rows of a plugin's tables to files in `folder`, one for each table, with a JSON object on each line. Its
 * columns on a table of another plugin are written with the primary key of the table. All files show the same moment.
 */
export async function exportData(
  session: Session,
  { tables, columns }: Pick<Footprint, 'tables' | 'columns'>,
  folder: string,
): Promise<readonly ExportedFile[]> {
  await mkdir(folder, { recursive: true });
  const files: ExportedFile[] = [];
  await session.script('begin isolation level repeatable read read only');
  try {
    for (const { name } of tables) {
      files.push(await exportRows(session, name, `select to_jsonb(t)::text as line from ${quoteName(name)} t`, folder));
    }
    for (const [table, own] of Map.groupBy(columns, (column) => column.table)) {
      const names = [...(await keyOf(session, table)), ...own.map(({ name }) => name)];
      const select = `select to_jsonb(t)::text as line from (select ${quoteIdentifiers(names)} from ${quoteName(table)}) t`;
      files.push(await exportRows(session, table, select, folder));
    }
  } finally {
    await session.script('rollback');
  }
  return files;
}

async function keyOf(session: Session, table: string): Promise<readonly string[]> {
  const rows = await session.query<{ name: string }>(
    `select attname::text as name from pg_catalog.pg_index join pg_catalog.pg_attribute on attrelid = indrelid
      and attnum = any (indkey) where indisprimary and indrelid = ${quoteLiteral(quoteName(table))}::regclass
      order by attnum`,
  );
  return rows.map(({ name }) => name);
}

async function exportRows(session: Session, table: string, select: string, folder: string): Promise<ExportedFile> {
  // Refuses to overwrite a file.
  const file = join(folder, `${table.replaceAll(/[^\w.-]/g, '_')}.jsonl`);
  await using output = await open(file, 'wx');
  await session.script(`declare headwater_export no scroll cursor for ${select}`);
  let rows = 0;
  for (;;) {
    const page = await session.query<{ line: string }>(`fetch ${pageSize} from headwater_export`);
    if (page.length === 0) break;
    await output.appendFile(page.map(({ line }) => `${line}\n`).join(''));
    rows += page.length;
  }
  await session.script('close headwater_export');
  return { file, table, rows };
}
