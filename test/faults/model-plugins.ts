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

/** The number of a squash: it replaces the second and the third revision of its branch. */
export const squashNumber = 23;

/** The code of an application at one moment. */
export interface Code {
  /** The active plugins. */
  readonly active: readonly Plugin[];
  /** The installed one of the {@link releases} of each plugin, counted from 1. */
  readonly versions: Readonly<Record<Plugin, number>>;
  /** Revisions whose text somebody has edited. */
  readonly edited: readonly Id[];
  /** Whether there is a plugin that writes to a table of another one. */
  readonly hasTrespasser?: boolean;
}

/** Returns the revisions that the installed release of a plugin has. */
export function shippedBy({ versions }: Pick<Code, 'versions'>, plugin: Plugin): readonly Id[] {
  return releases[plugin][versions[plugin] - 1] ?? [];
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

/** Returns the squash of a branch. */
export function squashOf(plugin: Plugin): Id {
  return `${plugin}@${squashNumber}`;
}

/** Returns the revisions that the squash of a branch replaces. */
export function rangeOf(plugin: Plugin): readonly Id[] {
  return branch(plugin, 3).slice(1);
}

/** Returns the revisions whose work one does: those in the range of a squash, or else itself. */
export function workOf(id: Id): readonly Id[] {
  const { plugin, n } = partsOf(id);
  return n === squashNumber ? rangeOf(plugin) : [id];
}

/** Whether a revision is among `present`, or in the range of a squash that is. */
export function isMet(id: Id, present: ReadonlySet<Id>): boolean {
  const { plugin } = partsOf(id);
  return present.has(id) || (rangeOf(plugin).includes(id) && present.has(squashOf(plugin)));
}

/**
 * The revisions in each release of each plugin. The first ones add a revision each, the next one adds the squash, and the
 * last one no longer has the revisions that the squash replaces.
 */
export const releases: Readonly<Record<Plugin, readonly (readonly Id[])[]>> = {
  core: releasesOf('core'),
  shop: releasesOf('shop'),
  likes: releasesOf('likes'),
};

function releasesOf(plugin: Plugin): readonly (readonly Id[])[] {
  const all = branch(plugin, published[plugin].length);
  const others = all.filter((id) => !rangeOf(plugin).includes(id));
  return [...all.map((_, i) => all.slice(0, i + 1)), [...all, squashOf(plugin)], [...others, squashOf(plugin)]];
}

/** Returns everything that a revision needs: the one before it, and those of other branches. */
export function needsOf(id: Id): readonly Id[] {
  const work = workOf(id);
  const needs = work.flatMap((one) => {
    const { plugin, n } = partsOf(one);
    return [...branch(plugin, n - 1).slice(-1), ...(published[plugin][n - 1]?.dependsOn ?? [])];
  });
  return needs.filter((need) => !work.includes(need));
}

/** Whether older code stops working with a revision. */
export function isBreaking(id: Id): boolean {
  return workOf(id).some((one) => {
    const { plugin, n } = partsOf(one);
    return published[plugin][n - 1]?.breaking === true;
  });
}

/** Returns the tables that a revision creates. */
export function tablesOf(id: Id): readonly string[] {
  return workOf(id).map((one) => one.replace('@', '_'));
}

/** Returns the rows that the `up` of a revision writes to the table `effect`. */
export function effectsOf(id: Id, isEdited: boolean): readonly string[] {
  return workOf(id).map((one) => (isEdited ? `${one} edited` : one));
}

/** Returns the rows that the `down` of a revision writes to the table `effect`. */
export function revertedEffectsOf(id: Id): readonly string[] {
  return workOf(id).map((one) => `${one} reverted`);
}

const textToAdd = (effects: readonly string[]): string =>
  `insert into effect values ${effects.map((effect) => `('${effect}')`).join(', ')}`;

/**
 * Returns the text of the `up` of a revision. The first one of `core` creates the table `effect`. Every text leaves a
 * setting in its session with which the next one could not work.
 */
export function upOf(id: Id, isEdited: boolean): string {
  const first = id === 'core@1' ? 'create table effect (id text not null); ' : '';
  const tables = tablesOf(id).map(
    (table) => `create table ${table} (id int generated always as identity primary key);`,
  );
  return `${first}${tables.join(' ')} ${textToAdd(effectsOf(id, isEdited))}; set default_tablespace = pg_global`;
}

/** Returns the name by which the kernel knows a revision. */
export function fullId(id: Id): string {
  const { plugin, n } = partsOf(id);
  return `${plugin}@${String(n).padStart(4, '0')}_${plugin}_${n}`;
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
    shippedBy({ versions }, plugin).map((id) => {
      const previous = needsOf(id).find((need) => partsOf(need).plugin === plugin);
      const others = needsOf(id).filter((need) => need !== previous);
      const work = workOf(id);
      return defineRevision({
        id: fullId(id),
        revises: previous === undefined ? null : fullId(previous),
        dependsOn: others.map(fullId),
        breaking: isBreaking(id),
        ...(work.includes(id) ? {} : { replaces: work.map(fullId) }),
        up: textOf(upOf(id, edited.includes(id))),
        down: textOf(`drop table ${tablesOf(id).join(', ')}; ${textToAdd(revertedEffectsOf(id))}`),
      });
    });
  const trespasser = defineRevision({
    id: 'trespasser@0001_insert',
    revises: null,
    dependsOn: [fullId('core@1')],
    up: textOf('insert into core_1 default values'),
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
