import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds, emptyDatabase, type DatabaseKind } from '../../../../test/helper/database.ts';
import { openSession, type Session } from '../../src/db/session.ts';
import { serverErrorOf } from '../../src/db/server-error.ts';
import type { Revision } from '../../src/plugin/revision.ts';
import { quoteIdentifier, quoteLiteral } from '../../src/sql/quote.ts';
import { revision, upgrade } from '../db/support.ts';

/** Values of settings, by name. */
type Values = Readonly<Record<string, string>>;

/** Every setting and its value. The view hides the two that name a role. */
const allSettings = `select name, setting from pg_settings
  union all values ('role', current_user::text), ('session_authorization', session_user::text)`;

async function readSettings(session: Session): Promise<Values> {
  const rows = await session.query<{ name: string; setting: string }>(allSettings);
  return Object.fromEntries(rows.map(({ name, setting }) => [name, setting]));
}

/** A setting with a value other than its default, which the server accepts from this role in a revision. */
interface Changeable {
  readonly name: string;
  readonly value: string;
}

/** A setting that this role cannot change in a revision, and the reason that the server gives. */
interface Fixed {
  readonly name: string;
  readonly reason: string;
}

/** Values to try for settings that are strings: one of them suits each. */
const strings = [
  'Asia/Tokyo',
  'SQL, DMY',
  'LATIN1',
  'SQL_ASCII',
  'pg_catalog',
  'simple',
  'POSIX',
  'heap',
  'pg_default',
  'all',
  'view',
  'set',
  'Australia',
  'pg_monitor',
  '64',
];

interface SettingRow {
  readonly name: string;
  readonly setting: string;
  readonly type: string;
  readonly min: string | null;
  readonly max: string | null;
  readonly values: readonly string[] | null;
}

function candidates({ setting, type, min, max, values }: SettingRow): readonly string[] {
  if (type === 'bool') return [setting === 'on' ? 'off' : 'on'];
  if (type === 'enum') return values ?? [];
  if (type === 'string') return strings;
  const number = Number(setting);
  return [max ?? '', String(number - 1), String(number + 1), min ?? ''];
}

/** Asks the server which settings a revision may change. Leaves the database as it was. */
async function findChangeable(
  session: Session,
): Promise<{ readonly changeable: readonly Changeable[]; readonly fixed: readonly Fixed[] }> {
  const rows = await session.query<SettingRow>(
    `select name, setting, vartype as type, min_val as min, max_val as max, enumvals as values from pg_settings
      where context in ('user', 'superuser')
      union all select name, current_setting(name), 'string', null, null, null
        from unnest(array['role', 'session_authorization']) name
      order by 1`,
  );
  const ownUser = `set session authorization ${quoteIdentifier(session.user)}`;
  const changeable: Changeable[] = [];
  const fixed: Fixed[] = [];
  for (const row of rows) {
    let found: Changeable | null = null;
    let reason = 'it has only one value';
    for (const value of candidates(row)) {
      if (value === row.setting) continue;
      // Not one script: as in a revision, the setting changes after the first query of its transaction.
      await session.script('begin; create table probe ()');
      try {
        await session.script(setStatement(row.name, value, 'set local'));
        const [seen] = await session.query<{ value: string }>('select current_setting($1) as value', [row.name]);
        // Its own user, since nobody logs in to the embedded PostgreSQL: there, resetting the user changes nothing.
        await session.script(`${ownUser}; reset all; create table public.written ()`);
        if (seen?.value !== row.setting) found = { name: row.name, value };
      } catch (error) {
        reason = serverErrorOf(error)?.message ?? String(error);
      }
      await session.script(`rollback; ${ownUser}`);
      if (found !== null) break;
    }
    if (found === null) fixed.push({ name: row.name, reason });
    else changeable.push(found);
  }
  return { changeable, fixed };
}

function setStatement(name: string, value: string, form: 'set' | 'set local'): string {
  const quoted = name.split('.').map(quoteIdentifier).join('.');
  return `${form} ${quoted} = ${quoteLiteral(value)}`;
}

/** Returns a revision that runs `first` and then changes the setting. */
type Write = (id: string, revises: string, first: string, change: Changeable) => Revision;

const forms = ['set', 'set local'] as const;

const text =
  (form: (typeof forms)[number]): Write =>
  (id, revises, first, { name, value }) =>
    revision({ id, revises, up: `${first}; ${setStatement(name, value, form)}` });

const code =
  (form: (typeof forms)[number]): Write =>
  (id, revises, first, { name, value }) =>
    revision({
      id,
      revises,
      up: async ({ query, sql }) => {
        await query({ ...sql``, text: first });
        // Not as a statement, since `set role` and the like are refused in code.
        await query(sql`select pg_catalog.set_config(${name}, ${value}, ${form === 'set local'})`);
      },
    });

/** Code never shares a transaction with another revision. */
const ways = forms.flatMap((form) => [
  { form, body: 'text', way: 'in batches', write: text(form) },
  { form, body: 'text', way: 'one by one', write: text(form) },
  { form, body: 'code', way: 'one by one', write: code(form) },
]);

/** Returns revisions of which each records the settings that it sees and then changes one of them. */
function history(write: Write, changes: readonly Changeable[], expected: Values): readonly Revision[] {
  const idOf = (n: number): string => `m@${String(n).padStart(4, '0')}`;
  const base = `create table m_expected as
      select * from json_each_text(${quoteLiteral(JSON.stringify(expected))}) as e(name, setting);
    create table m_seen (after text, name text, setting text, expected text)`;
  const record = (i: number): string =>
    `insert into m_seen select ${quoteLiteral(changes[i - 1]?.name ?? '')}, s.name, s.setting, e.setting
      from (${allSettings}) s join m_expected e using (name) where s.setting is distinct from e.setting`;
  return [
    revision({ id: idOf(0), up: base }),
    ...changes.map((change, i) => write(idOf(i + 1), idOf(i), record(i), change)),
    revision({ id: idOf(changes.length + 1), revises: idOf(changes.length), up: record(changes.length) }),
  ];
}

describe.each(databaseKinds)('a setting that a revision changes on %s', (kind) => {
  let changeable: readonly Changeable[];
  let fixed: readonly Fixed[];
  /** The settings that a revision sees if it is the first one in a new session. */
  let expected: Values;
  const sessions = sessionsOf(kind);

  beforeAll(async () => {
    const session = await sessions.open();
    const found = await findChangeable(session);
    // Without counts of rows, ownership could not be checked, so turning them off is refused: see ownership.test.ts.
    changeable = found.changeable.filter(({ name }) => name !== 'track_counts');
    fixed = found.fixed;
    await sessions.close(session);
    const alone = await sessions.open();
    const up = `create table m_alone as ${allSettings}`;
    expect((await upgrade(alone, [revision({ id: 'm@0001', up })])).error).toBeNull();
    const rows = await alone.query<{ name: string; setting: string }>('select name, setting from m_alone');
    // This one is the kernel's own limit, which depends on the way in which a revision runs.
    const others = rows.filter(({ name }) => name !== 'idle_in_transaction_session_timeout');
    expected = Object.fromEntries(others.map(({ name, setting }) => [name, setting]));
    await sessions.close(alone);
  });
  afterAll(sessions.end);

  it('is every one that the server lets the role change; the server says why it refuses the others', async ({
    annotate,
  }) => {
    expect(changeable.length).toBeGreaterThan(150);
    expect(fixed.length).toBeLessThan(changeable.length / 8);
    await annotate(fixed.map(({ name, reason }) => `${name}: ${reason}`).join('\n'));
  });

  it.each(ways)(
    'by `$form` in $body is at its default for the next revision and for the application, $way',
    async ({ way, write }) => {
      const session = await sessions.open();
      const before = await readSettings(session);
      const name = before['application_name'] ?? '';
      const revisions = history(write, changeable, { ...expected, application_name: name });
      // Only a plan on an empty ledger shares transactions.
      if (way === 'one by one') await upgrade(session, revisions.slice(0, 1));
      const { error } = await upgrade(session, revisions);
      expect(error).toBeNull();
      const [count] = await session.query<{ transactions: number; rows: number }>(
        'select count(distinct xmin::text)::int as transactions, count(*)::int as rows from kernel.ledger',
      );
      expect(count?.rows).toBe(revisions.length);
      // What is not proven runs by itself, like a text that sets the search path.
      if (way === 'in batches') expect(count?.transactions).toBeLessThan(revisions.length / 2);
      else expect(count?.transactions).toBe(revisions.length);
      expect(await session.query('select * from m_seen')).toEqual([]);
      expect(await readSettings(session)).toEqual(before);
      await sessions.close(session);
    },
  );
});

function openPglite(): Promise<Session> {
  return openSession({ kind: 'pglite', directory: null, shown: 'pglite://' });
}

/** Sessions on empty databases. PGlite takes a second to start, so all its sessions are one. */
function sessionsOf(kind: DatabaseKind): {
  readonly open: () => Promise<Session>;
  readonly close: (session: Session) => Promise<void>;
  readonly end: () => Promise<void>;
} {
  let embedded: Session | null = null;
  return {
    async open() {
      const session =
        kind === 'postgres' ? await openSession(await emptyDatabase(kind)) : (embedded ??= await openPglite());
      await session.script('drop schema if exists kernel cascade; drop schema public cascade; create schema public');
      // The settings of PL/pgSQL exist once it is loaded.
      await session.script('do $$ begin end $$');
      return session;
    },
    close: async (session) => (kind === 'postgres' ? session.close() : undefined),
    end: async () => embedded?.close(),
  };
}
