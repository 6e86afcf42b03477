import { quoteIdentifier } from '../sql/quote.ts';

/**
 * The SQL of the ledger's tables, by format number: running `formats[n - 1]` on format n - 1 results in format n. It
 * runs under the migration lock. Never edit a released entry: it is history. The name `kernel` stands for the schema.
 *
 * - `kernel.ledger`: a row means that the revision is applied. It has everything needed to show, check and revert the
 *   revision after its package is uninstalled. `up` and `down` are null if they are code.
 * - `kernel.run`: a row for each run that wrote something or failed, with the number of ledger rows that it wrote. Without
 *   an outcome, it is running or was killed.
 * - `kernel.event`: an event for each row that a downgrade removed, that a stamp wrote, or that the row of a squash replaced,
 *   with a copy of the row. A squash that is recorded in this way is stamped, and `detail` says so. Later kernels may write
 *   other kinds of events, which need not be about a revision.
 * - `kernel.format`: the number of the format, and that of the oldest kernel format that can still read it.
 */
const formats: readonly string[] = [
  `create table kernel.format (version integer not null);
insert into kernel.format values (0);
create table kernel.ledger (
  seq bigint generated always as identity,
  plugin text not null,
  slug text not null,
  revises text[] not null,
  depends_on text[] not null,
  replaces text[] not null,
  raw text not null,
  breaking boolean not null,
  up text,
  down text,
  package text not null,
  package_version text not null,
  run_id uuid not null,
  attempt_id uuid not null,
  applied_at timestamptz not null default clock_timestamp(),
  duration_ms double precision not null,
  primary key (plugin, slug)
);
create table kernel.event (
  id bigint generated always as identity primary key,
  kind text not null check (kind in ('downgrade', 'stamp')),
  plugin text not null,
  slug text not null,
  run_id uuid not null,
  at timestamptz not null default clock_timestamp(),
  row jsonb not null
);`,
  `alter table kernel.format add column least_reader integer not null default 2;
alter table kernel.ledger add column objects jsonb;
alter table kernel.event drop constraint event_kind_check, alter column slug drop not null, alter column row drop not null,
  add column detail jsonb;
create table kernel.run (
  id uuid primary key,
  kind text not null,
  host text not null,
  kernel_version text not null,
  started_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  outcome text,
  error text,
  applied integer
);`,
];

/** The format that this kernel writes. */
export const currentFormat = formats.length;

/** Returns the SQL of each format for a ledger in `schema`. */
export function formatsIn(schema: string): readonly string[] {
  return formats.map((text) => text.replaceAll('kernel.', () => `${quoteIdentifier(schema)}.`));
}
