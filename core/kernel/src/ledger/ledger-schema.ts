/**
 * The ledger's own tables, by format number. Format n is reached by running `formats[n - 1]` on format n - 1, under the
 * migration lock, whatever process does it. A released entry is history: it is never edited.
 *
 * - `kernel.ledger`: a row means applied. It holds all that is needed to show, check and undo a revision whose package
 *   is gone. `up` and `down` are null where they were code.
 * - `kernel.event`: what took a row away or put it there without running (a downgrade, a stamp), with the row as it was.
 */
export const formats: readonly string[] = [
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
];

/** The format that this kernel writes. */
export const currentFormat = formats.length;
