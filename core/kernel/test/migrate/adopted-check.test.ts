import { describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../../test/helper/database.ts';
import type { Session } from '../../src/db/session.ts';
import { revisionGraph } from '../../src/graph/revision-graph.ts';
import { upgrade } from '../../src/migrate/migrate.ts';
import { stamp } from '../../src/migrate/stamp.ts';
import type { RevisionSet } from '../../src/migrate/revision-set.ts';
import type { Revision } from '../../src/plugin/revision.ts';
import { refusalIn } from '../config/refusal.ts';
import { branch, sessionPerTest, settings } from '../db/support.ts';

function revisionSetOf(revisions: readonly Revision[]): RevisionSet {
  return {
    pluginSet: { plugins: [], byName: new Map() },
    graph: revisionGraph(revisions.map(({ id, revises, dependsOn }) => ({ id, revises, dependsOn }))),
    revisions: new Map(revisions.map((revision) => [revision.id, revision])),
    packages: new Map(revisions.map(({ plugin }) => [plugin, plugin])),
  };
}

/** Returns the session, counting its queries for the tables of other tools. */
function countChecks(session: Session): { readonly session: Session; readonly checks: () => number } {
  let checks = 0;
  const query = async <Row>(text: string, values?: readonly unknown[]): Promise<readonly Row[]> => {
    if (JSON.stringify(values ?? []).includes('knex_migrations')) checks += 1;
    return session.query<Row>(text, values);
  };
  return { session: { ...session, query }, checks: () => checks };
}

describe.each(databaseKinds)('a database that another tool has migrated, on %s', (kind) => {
  const current = sessionPerTest(kind);
  const shop = branch('shop', 'create table if not exists customer (id int)', 'create table "order" ()');
  const revisionSet = revisionSetOf(shop);
  const migrated = 'create table customer (id int); create table knex_migrations (id int, name text);';

  it('is not upgraded before it is adopted or stamped, and nothing is written', async () => {
    const session = current();
    await session.script(migrated);
    const { code, exit, text } = await refusalIn(() => upgrade({ session, revisionSet, settings }));
    expect({ code, exit }).toEqual({ code: 'DATABASE_NOT_ADOPTED', exit: 15 });
    expect(text).toContain('already has tables that the pending revisions of "shop" create ("customer")');
    expect(text).toContain('migrate:adopt shop --from knex');
    expect(text).toContain('migrate:stamp shop');
    expect(await session.query(`select nspname from pg_namespace where nspname = 'kernel'`)).toEqual([]);

    await session.script('create table "order" ()');
    await stamp({ session, revisionSet, settings }, ['shop@0002']);
    expect(await upgrade({ session, revisionSet, settings })).toMatchObject({ error: null, applied: [] });
  });

  it('is not upgraded either if an earlier attempt has left an empty ledger', async () => {
    const session = current();
    const failing = revisionSetOf(branch('other', 'select 1/0'));
    expect((await upgrade({ session, revisionSet: failing, settings })).error).not.toBeNull();
    await session.script(migrated);
    expect((await refusalIn(() => upgrade({ session, revisionSet, settings }))).code).toBe('DATABASE_NOT_ADOPTED');
  });

  it('gets the tables of plugins that have nothing to do with that tool', async () => {
    const session = current();
    await session.script('create table users (id int); create table knex_migrations (id int, name text);');
    expect(await upgrade({ session, revisionSet, settings })).toMatchObject({ error: null, applied: [{}, {}] });
  });

  it('is checked only while it has no applied revision', async () => {
    const session = current();
    const first = countChecks(session);
    await upgrade({ session: first.session, revisionSet: revisionSetOf(shop.slice(0, 1)), settings });
    expect(first.checks()).toBe(1);
    const later = countChecks(session);
    expect(await upgrade({ session: later.session, revisionSet, settings })).toMatchObject({ applied: [{}] });
    await upgrade({ session: later.session, revisionSet, settings });
    expect(later.checks()).toBe(0);
  });
});
