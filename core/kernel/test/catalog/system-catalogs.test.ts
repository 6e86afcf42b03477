import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { catalogQueries } from '../../src/catalog/catalog-queries.ts';
import { catalogReader } from '../../src/catalog/read-catalog.ts';
import { openSession, type Session } from '../../src/db/session.ts';
import { databaseKinds, emptyDatabase } from '../../../../test/helper/database.ts';
import { systemCatalogs } from './system-catalogs.ts';

const words = (text: string | undefined): readonly string[] => (text ?? '').split(/\s+/).filter((word) => word !== '');

/** Returns the columns of system catalogs that the list does not mention. */
function unlisted(columns: readonly { readonly catalog: string; readonly name: string }[]): readonly string[] {
  return columns
    .filter(({ catalog, name }) => {
      const { read, derived, ignored = {} } = systemCatalogs[catalog] ?? {};
      const listed = new Set([read, derived, ...Object.values(ignored)].flatMap(words));
      return systemCatalogs[catalog] === undefined || !(name === 'oid' || listed.has(name) || listed.has('*'));
    })
    .map(({ catalog, name }) => `${catalog}.${name}`);
}

describe.each(databaseKinds)('the system catalogs of %s', (kind) => {
  let session: Session;
  beforeAll(async () => {
    session = await openSession(await emptyDatabase(kind));
  });
  afterAll(() => session.close());

  it('have no column that is not listed as read, derived or ignored', async () => {
    const columns = await session.query<{ catalog: string; name: string }>(
      `select c.relname as catalog, a.attname as name from pg_class c join pg_attribute a on a.attrelid = c.oid
        where c.relnamespace = 'pg_catalog'::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped`,
    );
    expect(columns.length).toBeGreaterThan(400);
    expect(unlisted(columns)).toEqual([]);
  });

  it('can be read by a role without any privileges', async () => {
    await session.script(`create table t (id serial); create view v as select id from t; grant select on t to pg_monitor;
      set role pg_signal_backend;`);
    const { tables, settings } = await catalogReader(session)();
    expect([...tables.keys(), ...settings.keys()]).toEqual(['t', 'privileges of pg_monitor of table t']);
  });
});

describe('the list of system catalogs', () => {
  it('would miss a column or a catalog of a newer server', () => {
    const found = unlisted([
      { catalog: 'pg_class', name: 'relname' },
      { catalog: 'pg_class', name: 'relnew' },
      { catalog: 'pg_new', name: 'oid' },
    ]);
    expect(found).toEqual(['pg_class.relnew', 'pg_new.oid']);
  });

  it('calls a column read only if a query names it', () => {
    const named = new Set(Object.values(catalogQueries).flatMap((text) => text.match(/\w+/g) ?? []));
    const unnamed = Object.entries(systemCatalogs).flatMap(([catalog, { read }]) =>
      words(read).flatMap((column) => (named.has(column) ? [] : [`${catalog}.${column}`])),
    );
    expect(unnamed).toEqual([]);
  });

  it('lists no column twice', () => {
    for (const [catalog, { read, derived, ignored = {} }] of Object.entries(systemCatalogs)) {
      const all = [read, derived, ...Object.values(ignored)].flatMap(words);
      expect(all, catalog).toEqual([...new Set(all)]);
    }
  });
});
