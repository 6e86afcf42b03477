import type { HostInlinePlugin } from '../../core/kernel/src/open/open-options.ts';
import type * as Contract from '../../core/kernel/src/plugin.ts';

/** The plugins of the model-based test. */
export const plugins = ['core', 'shop', 'likes'] as const;

/** One of {@link plugins}. */
export type Plugin = (typeof plugins)[number];

/** A revision of the model-based test, in short: `likes@2`. */
export type Id = `${Plugin}@${number}`;

/** A revision: what it needs on other branches, and whether older code stops working with it. */
interface ModelRevision {
  readonly dependsOn: readonly Id[];
  readonly breaking: boolean;
}

const revision = (...dependsOn: readonly Id[]): ModelRevision => ({ dependsOn, breaking: false });

/** All that the plugins publish in the course of time. `likes` depends on `shop`, and both on `core`. */
export const published: Readonly<Record<Plugin, readonly ModelRevision[]>> = {
  core: [revision(), revision(), { dependsOn: [], breaking: true }, revision()],
  shop: [revision('core@1'), revision('core@2'), { dependsOn: [], breaking: true }],
  likes: [revision('shop@1'), revision('core@2', 'shop@2'), revision('core@3')],
};

/** The code of an application at one moment. */
export interface Code {
  /** The active plugins. */
  readonly active: readonly Plugin[];
  /** How many of its published revisions the installed version of each plugin has. */
  readonly versions: Readonly<Record<Plugin, number>>;
  /** Revisions whose text somebody has edited. */
  readonly edited: readonly Id[];
  /** Whether there is a plugin that writes to a table of another one. */
  readonly hasTrespasser?: boolean;
}

/** Returns the parts of an id. */
export function partsOf(id: Id): { readonly plugin: Plugin; readonly n: number } {
  const [plugin, n] = id.split('@') as [Plugin, string];
  return { plugin, n: Number(n) };
}

/** Returns the ids of a branch up to `n`. */
export function branch(plugin: Plugin, n: number): readonly Id[] {
  return Array.from({ length: n }, (_, i): Id => `${plugin}@${i + 1}`);
}

/** Returns everything that a revision needs: the one before it, and those of other branches. */
export function needsOf(id: Id): readonly Id[] {
  const { plugin, n } = partsOf(id);
  return [...branch(plugin, n - 1).slice(-1), ...(published[plugin][n - 1]?.dependsOn ?? [])];
}

/** Returns the table that a revision creates. */
export function tableOf(id: Id): string {
  const { plugin, n } = partsOf(id);
  return `${plugin}_${n}`;
}

/** Returns the row that the `up` of a revision writes to the table `effect`. */
export function effectOf(id: Id, isEdited: boolean): string {
  return isEdited ? `${id} edited` : id;
}

/**
 * Returns the text of the `up` of a revision. The first one of `core` creates the table `effect`. Every text leaves a
 * setting in its session with which the next one could not work.
 */
export function upOf(id: Id, isEdited: boolean): string {
  const table = tableOf(id);
  const first = id === 'core@1' ? 'create table effect (id text not null); ' : '';
  return `${first}create table ${table} (id int generated always as identity primary key);
    insert into effect values ('${effectOf(id, isEdited)}'); set default_tablespace = pg_global`;
}

/** Returns the name by which the kernel knows a revision. */
export function fullId(id: Id): string {
  const { plugin, n } = partsOf(id);
  return `${plugin}@000${n}_${plugin}_${n}`;
}

/** Returns the short id of a revision of the kernel. */
export function shortId(full: string): Id {
  const [plugin, slug] = full.split('@') as [Plugin, string];
  return `${plugin}@${Number(slug.slice(0, 4))}`;
}

/** Returns the plugins of the code, for `open`. */
export function pluginsOf(
  { active, versions, edited, hasTrespasser = false }: Code,
  { defineRevision, sql }: typeof Contract,
): Readonly<Record<string, HostInlinePlugin>> {
  const textOf = (text: string) => sql(Object.assign([text], { raw: [text] }));
  const revisionsOf = (plugin: Plugin) =>
    branch(plugin, versions[plugin]).map((id) => {
      const { n } = partsOf(id);
      return defineRevision({
        id: fullId(id),
        revises: n === 1 ? null : fullId(`${plugin}@${n - 1}`),
        dependsOn: (published[plugin][n - 1]?.dependsOn ?? []).map(fullId),
        breaking: published[plugin][n - 1]?.breaking ?? false,
        up: textOf(upOf(id, edited.includes(id))),
        down: textOf(`drop table ${tableOf(id)}; insert into effect values ('${id} reverted')`),
      });
    });
  const trespasser = defineRevision({
    id: 'trespasser@0001_insert',
    revises: null,
    dependsOn: [fullId('core@1')],
    up: textOf(`insert into ${tableOf('core@1')} default values`),
  });
  const found = active.map((plugin): [string, HostInlinePlugin] => [
    plugin,
    { revisions: revisionsOf(plugin), ...(plugin === 'core' && { openTables: ['effect'] }) },
  ]);
  return Object.fromEntries([
    ...found,
    ...(hasTrespasser ? [['trespasser', { revisions: [trespasser] }] as const] : []),
  ]);
}
