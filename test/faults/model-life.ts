import { cpSync, existsSync, rmSync } from 'node:fs';
import { expect } from 'vitest';
import type { DatabaseTarget } from '../../core/kernel/src/config/config.ts';
import { openSession, type Session } from '../../core/kernel/src/db/session.ts';
import { dropDatabase, emptyDatabase, onServer, urlOf, type DatabaseKind } from '../helper/database.ts';
import { isMet, needsOf, shortId, workOf } from './model-plugins.ts';
import type { Content } from './model.ts';

/** The state of a database, as {@link Content} has it. Arrays are sorted. */
interface Found {
  readonly applied: readonly string[];
  readonly effects: readonly string[];
  readonly rows: readonly (readonly [string, number])[];
}

/** A database in which one application lives. */
export interface Life {
  readonly url: string;
  readonly query: Session['query'];
  /** Runs statements as another program would. */
  readonly script: (text: string) => Promise<void>;
  readonly dump: () => Promise<void>;
  readonly restore: () => Promise<void>;
  readonly end: () => Promise<void>;
}

/** Creates an empty database of a kind for one life. */
export async function beginLife(kind: DatabaseKind): Promise<Life> {
  const target = await emptyDatabase(kind);
  const during = async <T>(work: (session: Session) => Promise<T>): Promise<T> => {
    const session = await openSession(target);
    try {
      return await work(session);
    } finally {
      await session.close();
    }
  };
  return {
    url: urlOf(target),
    query: (text, values) => during((session) => session.query(text, values)),
    script: (text) => during((session) => session.script(text)),
    ...copiesOf(target),
  };
}

/** Returns the functions that copy a database and put the copy in its place. */
function copiesOf(target: DatabaseTarget): Pick<Life, 'dump' | 'restore' | 'end'> {
  if (target.kind === 'pglite') {
    const directory = target.directory ?? '';
    const copy = (from: string, to: string): void => {
      rmSync(to, { recursive: true, force: true });
      if (existsSync(from)) cpSync(from, to, { recursive: true });
    };
    return {
      dump: async () => copy(directory, `${directory}.dump`),
      restore: async () => copy(`${directory}.dump`, directory),
      end: async () =>
        [directory, `${directory}.dump`].forEach((path) => rmSync(path, { recursive: true, force: true })),
    };
  }
  const name = new URL(target.url).pathname.slice(1);
  const copy = async (from: string, to: string): Promise<void> => {
    await onServer('postgres', `drop database if exists ${to} with (force)`);
    await onServer('postgres', `create database ${to} template ${from} strategy file_copy`);
  };
  return {
    dump: () => copy(name, `${name}_dump`),
    restore: () => copy(`${name}_dump`, name),
    end: async () => {
      await onServer('postgres', `drop database if exists ${name}_dump with (force)`);
      await dropDatabase(target);
    },
  };
}

/** Reads what a database contains, and checks that its ledger has each revision after what it needs. */
export async function contentOf({ query }: Life): Promise<Found> {
  const tables = await query<{ name: string }>(
    `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind = 'r' and n.nspname || '.' || c.relname in ('kernel.ledger')
        or c.relkind = 'r' and n.nspname = 'public' order by 1`,
  );
  const names = tables.map(({ name }) => name);
  const ids = names.includes('ledger')
    ? (await query<{ id: string }>(`select plugin || '@' || slug as id from kernel.ledger order by seq`)).map(
        ({ id }) => shortId(id),
      )
    : [];
  for (const [i, id] of ids.entries()) {
    const before = new Set(ids.slice(0, i));
    // A squash may take the place of the first row that it replaces, before what the other rows need.
    const [first = id] = workOf(id);
    expect(
      needsOf(first).filter((need) => !isMet(need, before)),
      `${id} came before its needs`,
    ).toEqual([]);
  }
  const effects = names.includes('effect') ? await query<{ id: string }>('select id from effect order by id') : [];
  const counted = names.filter((name) => !['ledger', 'effect'].includes(name));
  const counts = counted.map((name) => `select '${name}' as name, count(*)::int as n from ${name}`).join(' union all ');
  const rows = counts === '' ? [] : await query<{ name: string; n: number }>(`${counts} order by name`);
  return {
    applied: ids.toSorted(),
    effects: effects.map(({ id }) => id),
    rows: rows.map(({ name, n }) => [name, n] as const),
  };
}

/** Returns what {@link contentOf} finds in a database with this content. */
export function foundOf({ applied: ran, effects, rows }: Content): Found {
  return {
    applied: [...ran.keys()].toSorted(),
    effects: effects.toSorted(),
    rows: [...rows].toSorted(([a], [b]) => (a < b ? -1 : 1)),
  };
}
