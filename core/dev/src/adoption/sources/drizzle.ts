import { join } from 'node:path';
import { shortMessage } from '@headwater/kernel/internal/errors';
import { devError } from '../../error/dev-codes.ts';
import type { HistorySource } from '../history-source.ts';
import { migrationText, namesIn } from '../migration-files.ts';
import { collectSql } from '../sql-migration.ts';

/** Drizzle: SQL files in the order of `meta/_journal.json`, whose times the table records instead of names. */
export const drizzle: HistorySource = {
  title: 'Drizzle',
  folder: 'drizzle',
  journal: { table: 'drizzle.__drizzle_migrations', name: 'created_at', order: ['created_at'] },
  read(folder) {
    const names = new Set(namesIn(folder));
    return entriesOf(folder).map(({ tag, when }) => {
      const file = join(folder, `${tag}.sql`);
      if (!names.has(`${tag}.sql`)) {
        throw devError('MIGRATION_FILE_INVALID', {
          file,
          problem: 'meta/_journal.json lists it, but it does not exist',
        });
      }
      return {
        name: tag,
        file,
        rowNames: [tag, String(when)],
        key: `time ${when}`,
        words: tag,
        collect: (refuse) => collectSql(migrationText(file).replaceAll('--> statement-breakpoint', ''), null, refuse),
      };
    });
  },
};

interface Entry {
  readonly tag: string;
  readonly when: number;
}

function entriesOf(folder: string): readonly [Entry, ...Entry[]] {
  const file = join(folder, 'meta/_journal.json');
  const invalid = (problem: string, cause?: unknown): Error =>
    devError('ADOPTION_FOLDER_INVALID', { folder, problem: `${file} ${problem}` }, { cause });
  let journal: unknown;
  try {
    journal = JSON.parse(migrationText(file));
  } catch (error) {
    throw invalid(`cannot be read: ${shortMessage(error)}`, error);
  }
  const entries: unknown =
    typeof journal === 'object' && journal !== null && 'entries' in journal ? journal.entries : null;
  const isEntry = (value: unknown): value is Entry =>
    typeof value === 'object' &&
    value !== null &&
    'tag' in value &&
    typeof value.tag === 'string' &&
    'when' in value &&
    typeof value.when === 'number';
  if (!Array.isArray(entries) || !entries.every(isEntry)) throw invalid('has no list of entries with `tag` and `when`');
  const [first, ...others] = entries.toSorted((a, b) => a.when - b.when);
  if (first === undefined) throw invalid('lists no migrations');
  return [first, ...others];
}
