import { counted, type Colors, type Reply } from '@headwater/kernel/internal/command';
import type { KernelError } from '@headwater/kernel/internal/errors';
import type { AdoptedMigration, Adoption } from '../adoption/plan-adoption.ts';

/** A run of `migrate:adopt`. */
export interface AdoptionSubject {
  readonly plugin: string;
  readonly adoption: Adoption;
  readonly dryRun: boolean;
}

/** The state of the adoption according to the database. */
export interface RecordedState {
  /** The table of migrations; `null` without a connection. */
  readonly table: { readonly name: string; readonly there: boolean } | null;
  /** Revisions that the table records as applied but that have no row in the ledger yet. */
  readonly toStamp: readonly string[];
  /** Revisions with a row in the ledger. */
  readonly applied: ReadonlySet<string>;
}

/** The state without a connection. */
export const withoutDatabase: RecordedState = { table: null, toStamp: [], applied: new Set() };

/** The outcome of a run. */
export interface AdoptionOutcome extends AdoptionSubject, RecordedState {
  /** Paths of the new files. */
  readonly files: readonly string[];
  /** Default: none. */
  readonly stamped?: readonly string[];
  readonly error?: KernelError;
}

/** Reports the outcome of an adoption, even if stamping failed after the files were written. */
export function adoptionReply(outcome: AdoptionOutcome): Reply {
  const { plugin, adoption, dryRun, table, toStamp, files, stamped = [], error } = outcome;
  const { revisions } = adoption;
  const pending = pendingOf(outcome);
  const json = {
    plugin,
    tool: adoption.title,
    folder: foldersOf(adoption)[0] ?? null,
    dryRun,
    migrations: adoption.migrations.map(({ name, state, ids }) => ({ name, state, id: ids[0] ?? null, ids })),
    files,
    ...(dryRun && { sources: Object.fromEntries(revisions.map(({ draft, text }) => [draft.id, text])) }),
    table,
    toStamp,
    stamped,
    pending,
    error: error ?? null,
  };
  return { json, text: (colors) => explain(outcome, pending, colors), ...(error !== undefined && { error }) };
}

/** Returns the adopted revisions without a row in the ledger; none without a connection. */
function pendingOf({ adoption, dryRun, table, toStamp, applied, stamped = [] }: AdoptionOutcome): readonly string[] {
  if (table === null) return [];
  const done = new Set([...applied, ...stamped, ...(dryRun ? toStamp : [])]);
  return adoption.migrations.flatMap(({ ids }) => ids.filter((id) => !done.has(id)));
}

function explain(outcome: AdoptionOutcome, pending: readonly string[], colors: Colors): string {
  const { adoption, dryRun, stamped = [], toStamp, error } = outcome;
  const { migrations, revisions } = adoption;
  const { there = [], later = [] } = Object.groupBy(migrations, ({ state }) => state);
  const isIdle = revisions.length === 0 && toStamp.length === 0 && pending.length === 0;
  return [
    ...migrations.flatMap((migration) => explainMigration(migration, colors)),
    ...(dryRun ? revisions.map(({ slug, text }) => `\n// ${slug}.ts\n${text.trimEnd()}`) : []),
    ...(dryRun && revisions.length > 0 ? [''] : []),
    ...(there.length > 0 ? [`${counted(there.length, 'migration')} already adopted.`] : []),
    ...(later.length > 0 ? [`${counted(later.length, 'migration')} left for later.`] : []),
    ...(revisions.length > 0
      ? [
          `${counted(revisions.length, 'revision')} ${dryRun ? 'would be written' : 'written'} to ${foldersOf(adoption).join(' and ')}.`,
        ]
      : []),
    ...explainStamps(outcome, stamped),
    ...(pending.length > 0 && error === undefined
      ? [`${counted(pending.length, 'revision')} pending: npx kernel migrate:up`]
      : []),
    ...(isIdle ? ['Nothing to do.'] : []),
  ].join('\n');
}

/** Returns the folders of the new revisions. */
function foldersOf({ revisions }: Adoption): readonly string[] {
  return [...new Set(revisions.map(({ folder }) => folder))];
}

function explainMigration({ name, state, ids }: AdoptedMigration, colors: Colors): readonly string[] {
  if (state === 'new') return ids.map((id) => `${colors.green('+')} ${id}  was ${name}`);
  return state === 'empty' ? [`  ${name} has no SQL, so it does not become a revision`] : [];
}

function explainStamps({ table, toStamp, dryRun }: AdoptionOutcome, stamped: readonly string[]): readonly string[] {
  if (table === null) return ['Nothing was stamped, since no database was connected.'];
  if (!table.there) return [`Nothing was stamped, since the database has no table ${table.name}.`];
  if (dryRun && toStamp.length > 0) return [`${counted(toStamp.length, 'revision')} would be stamped as applied.`];
  if (stamped.length === 0) return [];
  return [
    `${counted(stamped.length, 'revision')} stamped as applied, as recorded in table ${table.name}. Nothing was run.`,
  ];
}
