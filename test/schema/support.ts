import { join } from 'node:path';
import app from '@headwater/app';
import core from '@headwater/plugin-core';
import comments from '@headwater/plugin-comments';
import likes from '@headwater/plugin-likes';
import messages from '@headwater/plugin-messages';
import type { DefinedPlugin } from '../../core/kernel/src/contract/define-plugin.ts';
import type { DefinedRevision } from '../../core/kernel/src/contract/define-revision.ts';
import { isSql } from '../../core/kernel/src/contract/sql.ts';
import type { Session } from '../../core/kernel/src/db/session.ts';
import type { OpenEntities } from '../../core/kernel/src/entities/entities.ts';
import type { EntitySource } from '../../core/kernel/src/entities/entity-source.ts';
import type { InMemoryPlugin } from '../helper/authoring.ts';
import { readRevisionFiles, revisionsFor } from '../helper/replay.ts';

const root = join(import.meta.dirname, '../..');

interface FirstParty {
  readonly plugin: Pick<DefinedPlugin, 'name' | 'entities' | 'extend'>;
  readonly package: string;
  readonly migrations: string;
}

const firstParty: readonly FirstParty[] = [
  { plugin: core, package: '@headwater/plugin-core', migrations: 'plugins/core/src/migrations' },
  { plugin: app, package: '@headwater/app', migrations: 'app/src/migrations' },
  { plugin: comments, package: '@headwater/plugin-comments', migrations: 'plugins/comments/src/migrations' },
  { plugin: likes, package: '@headwater/plugin-likes', migrations: 'plugins/likes/src/migrations' },
  { plugin: messages, package: '@headwater/plugin-messages', migrations: 'plugins/messages/src/migrations' },
];

/** Every set of the first-party plugins; core is in each. */
export const subsets: readonly (readonly string[])[] = Array.from({ length: 2 ** (firstParty.length - 1) }, (_, set) =>
  firstParty.flatMap(({ plugin }, i) => (i === 0 || (set & (1 << (i - 1))) !== 0 ? [plugin.name] : [])),
);

/** What the kernel would give to `loadEntities` with these plugins active. */
export function sourcesOf(names: readonly string[]): readonly EntitySource[] {
  return chosen(names).map(({ plugin, package: of }) => ({
    name: plugin.name,
    package: of,
    requires: plugin.name === 'core' ? [] : ['core'],
    entities: plugin.entities ?? [],
    extend: plugin.extend ?? [],
  }));
}

/** All of them without their revisions, dependencies first. */
export const plugins: readonly InMemoryPlugin[] = firstParty.map(({ plugin }) => plugin);

/** The SQL by which their committed revisions make an empty database what it is. */
export async function committedSql(): Promise<string> {
  return (await revisionsOf(firstParty)).map(textOf).join('\n');
}

/** Empties the database and brings it to the heads of these plugins, beside a schema of the kernel's. */
export async function upgradeTo(session: Session, names: readonly string[]): Promise<void> {
  const revisions = await revisionsOf(chosen(names));
  await session.script(
    'drop schema if exists kernel cascade; create schema kernel; create table kernel.ledger (seq int); ' +
      `drop schema public cascade; create schema public; ${revisions.map(textOf).join('\n')}`,
  );
}

/** What MikroORM would do to the database to make it fit its entities. Empty where it fits. */
export async function differenceOf({ orm }: OpenEntities): Promise<string> {
  const generator = orm.driver.getPlatform().getSchemaGenerator(orm.driver, orm.em);
  return generator.getUpdateSchemaSQL({ wrap: false });
}

async function revisionsOf(plugins: readonly FirstParty[]): Promise<readonly DefinedRevision[]> {
  const files = await Promise.all(plugins.map(({ migrations }) => readRevisionFiles(join(root, migrations))));
  return revisionsFor(
    files.flat().map(({ revision }) => revision),
    'heads',
  );
}

function chosen(names: readonly string[]): readonly FirstParty[] {
  return firstParty.filter(({ plugin }) => names.includes(plugin.name));
}

function textOf({ id, up }: DefinedRevision): string {
  if (!isSql(up)) throw new Error(`${id} is code`);
  return up.text;
}

/** Every table, column, index, constraint and sequence in the schema `public`, by kind and name. */
export async function inventoryOf(session: Session): Promise<readonly string[]> {
  const rows = await session.query<{ name: string }>(`
    with mine as (select oid, relname, relkind from pg_class where relnamespace = 'public'::regnamespace)
    select 'table ' || relname as name from mine where relkind = 'r'
    union all
    select format('column %s.%s', relname, attname) from mine join pg_attribute on attrelid = mine.oid
      where relkind = 'r' and attnum > 0 and not attisdropped
    union all
    select format('sequence %s.%s', refobjid::regclass, relname) from mine join pg_depend on objid = mine.oid and deptype = 'a'
      where relkind = 'S'
    union all
    select format('index %s.%s', indrelid::regclass, relname) from mine join pg_index on indexrelid = mine.oid
      where not exists (select from pg_constraint where conindid = mine.oid)
    union all
    select format('%s %s.%s', case contype when 'p' then 'primary key' when 'u' then 'unique' when 'f' then 'foreign key' else 'check' end,
      conrelid::regclass, conname) from pg_constraint where connamespace = 'public'::regnamespace and contype <> 'n'
  `);
  return rows.map(({ name }) => name).toSorted();
}
