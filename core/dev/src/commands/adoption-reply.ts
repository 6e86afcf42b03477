import type { AdoptedMigration, Adoption } from '../adoption/adoption.ts';
import { counted, type KernelError, type Paint, type Reply } from '@headwater/kernel/internal';

/** What a run of `migrate:adopt` is about. */
export interface AdoptionSubject {
  readonly plugin: string;
  readonly adoption: Adoption;
  readonly dryRun: boolean;
}

/** What the database says. */
export interface Recorded {
  /** `null` where the database was not asked. */
  readonly table: { readonly name: string; readonly there: boolean } | null;
  /** Revisions that the table says are applied, and that have no row yet. */
  readonly toStamp: readonly string[];
  /** Revisions that have one. */
  readonly applied: ReadonlySet<string>;
}

/** Where no database was asked. */
export const unasked: Recorded = { table: null, toStamp: [], applied: new Set() };

/** What it came to. */
export interface AdoptionOutcome extends AdoptionSubject, Recorded {
  /** Paths of the new files. */
  readonly files: readonly string[];
  /** Default: none. */
  readonly stamped?: readonly string[];
  readonly error?: KernelError;
}

/** Tells what an adoption came to, also where stamping ended it after the files were written. */
export function adoptionReply(outcome: AdoptionOutcome): Reply {
  const { plugin, adoption, dryRun, table, toStamp, files, stamped = [], error } = outcome;
  const { folder, revisions } = adoption;
  const pending = pendingOf(outcome);
  const json = {
    plugin,
    folder,
    dryRun,
    migrations: adoption.migrations.map(({ name, state, id }) => ({ name, state, id })),
    files,
    ...(dryRun && { sources: Object.fromEntries(revisions.map(({ draft, text }) => [draft.id, text])) }),
    table,
    toStamp,
    stamped,
    pending,
    error: error ?? null,
  };
  return { json, text: (paint) => explain(outcome, pending, paint), ...(error !== undefined && { error }) };
}

/** The adopted revisions without a row, as far as the database was asked. */
function pendingOf({ adoption, dryRun, table, toStamp, applied, stamped = [] }: AdoptionOutcome): readonly string[] {
  if (table === null) return [];
  const done = new Set([...applied, ...stamped, ...(dryRun ? toStamp : [])]);
  return adoption.migrations.flatMap(({ id }) => (id === null || done.has(id) ? [] : [id]));
}

function explain(outcome: AdoptionOutcome, pending: readonly string[], paint: Paint): string {
  const { adoption, dryRun, stamped = [], toStamp, error } = outcome;
  const { migrations, revisions, folder } = adoption;
  const { there = [], later = [] } = Object.groupBy(migrations, ({ state }) => state);
  const idle = revisions.length === 0 && toStamp.length === 0 && pending.length === 0;
  return [
    ...migrations.flatMap((migration) => explainMigration(migration, paint)),
    ...(dryRun ? revisions.map(({ slug, text }) => `\n// ${slug}.ts\n${text.trimEnd()}`) : []),
    ...(dryRun && revisions.length > 0 ? [''] : []),
    ...(there.length > 0 ? [`${counted(there.length, 'migration')} adopted before.`] : []),
    ...(later.length > 0 ? [`${counted(later.length, 'migration')} left for later.`] : []),
    ...(revisions.length > 0
      ? [`${counted(revisions.length, 'revision')} ${dryRun ? 'would be written' : 'written'} in ${folder}.`]
      : []),
    ...explainStamps(outcome, stamped),
    ...(pending.length > 0 && error === undefined
      ? [`${counted(pending.length, 'revision')} pending: npx kernel migrate:up`]
      : []),
    ...(idle ? ['Nothing to do.'] : []),
  ].join('\n');
}

function explainMigration({ name, state, id }: AdoptedMigration, paint: Paint): readonly string[] {
  if (state === 'new') return [`${paint.green('+')} ${id}  was ${name}`];
  return state === 'empty' ? [`  ${name} does nothing, and becomes no revision`] : [];
}

function explainStamps({ table, toStamp, dryRun }: AdoptionOutcome, stamped: readonly string[]): readonly string[] {
  if (table === null) return ['No database was asked, and nothing is stamped.'];
  if (!table.there) return [`There is no table ${table.name}, so nothing is stamped.`];
  if (dryRun && toStamp.length > 0) return [`${counted(toStamp.length, 'revision')} would be stamped as applied.`];
  if (stamped.length === 0) return [];
  return [`${counted(stamped.length, 'revision')} stamped as applied, by the table ${table.name}. Nothing was run.`];
}
