import type { PluginChanges } from '../../core/dev/src/authoring/change-owners.ts';
import type { RecordOf } from '../../core/dev/src/authoring/compare-entities.ts';
import { draftFromEntities, type EntityDraftOptions } from '../../core/dev/src/authoring/draft-from-entities.ts';
import type { Draft, DraftContext } from '../../core/dev/src/authoring/draft.ts';
import { entityDrift } from '../../core/dev/src/authoring/entity-drift.ts';
import type { LoadPlugin } from '../../core/dev/src/authoring/load-entities.ts';
import type { RevisionDraft } from '../../core/dev/src/authoring/revision-source.ts';
import { definePlugin, type PluginDefinition } from '../../core/kernel/src/contract/define-plugin.ts';
import { defineRevision } from '../../core/kernel/src/contract/define-revision.ts';
import { sql, type Sql } from '../../core/kernel/src/contract/sql.ts';
import { pluginDepths } from '../../core/kernel/src/graph/plugin-depth.ts';
import type { Plugin, PluginSet } from '../../core/kernel/src/plugin/plugin-set.ts';
import { checkRevision } from '../../core/kernel/src/plugin/revision-check.ts';
import type { Revision } from '../../core/kernel/src/plugin/revision.ts';
import { openShadow, type Shadow } from '../../core/dev/src/shadow/shadow.ts';

/** A plugin without files: the parts of a plugin that `migrate:create` and `migrate:check` read. */
export interface InMemoryPlugin {
  readonly name: string;
  /** Names of plugins. Default: none. */
  readonly requires?: readonly string[];
  readonly entities?: PluginDefinition['entities'];
  readonly extend?: PluginDefinition['extend'];
  /** Default: `sources`. */
  readonly from?: Plugin['from'];
  /** Default: none. */
  readonly openTables?: Plugin['openTables'];
}

/** `migrate:create` and `migrate:check` as functions, for plugins in memory. All calls share one shadow database. */
export interface Authoring extends AsyncDisposable {
  readonly shadow: Shadow;
  /** Drafts the next revision of the plugin `name`. `revisions` are those of all `plugins`. */
  readonly draft: (
    plugins: readonly InMemoryPlugin[],
    revisions: readonly Revision[],
    name: string,
    options?: Partial<Pick<DraftContext, 'pinHeads'> & EntityDraftOptions>,
  ) => Promise<Draft>;
  /** Returns the changes without a revision, by the plugin that owns them. */
  readonly check: (
    plugins: readonly InMemoryPlugin[],
    revisions: readonly Revision[],
  ) => Promise<readonly PluginChanges[]>;
}

/** Opens a shadow database for drafting: on the server that `url` names, or on PGlite. */
export async function openAuthoring(url: string | null = null): Promise<Authoring> {
  const shadow = await openShadow(url);
  // Drafts record the objects that entities declare, as files would.
  const records = new Map<string, readonly string[]>();
  const recordOf: RecordOf = ({ name }) => records.get(name) ?? null;
  // A draft closes its shadow; this one stays open for the next draft.
  const lent: Shadow = { ...shadow, [Symbol.asyncDispose]: async () => {} };
  return {
    shadow,
    async draft(plugins, revisions, name, { pinHeads = false, ...options } = {}) {
      const set = pluginSetOf(plugins, revisions);
      const plugin = set.byName.get(name);
      if (plugin === undefined) throw new Error(`no plugin ${name}`);
      // A plugin without revisions is another one than before.
      for (const one of set.plugins) if (one.revisions.length === 0) records.delete(one.name);
      const context = { set, plugin, openShadow: async () => lent, pinHeads, onStage: () => {} };
      const defaults = { words: null, rename: null, changesOnly: false, load: loaderOf(plugins), recordOf };
      const draft = await draftFromEntities(context, { ...defaults, ...options });
      if (draft.record !== null && options.changesOnly !== true) records.set(name, draft.record.after);
      return draft;
    },
    check: async (plugins, revisions) =>
      (await entityDrift(shadow, pluginSetOf(plugins, revisions), loaderOf(plugins), recordOf)).drift,
    [Symbol.asyncDispose]: () => shadow[Symbol.asyncDispose](),
  };
}

/** Returns a replacement for importing these plugins. */
export function loaderOf(plugins: readonly InMemoryPlugin[]): LoadPlugin {
  return async ({ name }) => {
    const { entities = [], extend = [] } = plugins.find((plugin) => plugin.name === name) ?? { name };
    return definePlugin({ name, entities, extend });
  };
}

/** Returns the plugin set that the kernel would read from disk. */
export function pluginSetOf(plugins: readonly InMemoryPlugin[], revisions: readonly Revision[]): PluginSet {
  const depth = pluginDepths(new Map(plugins.map(({ name, requires = [] }) => [name, requires])));
  const loaded = plugins
    .map(({ name, requires = [], from = 'sources', openTables = [] }): Plugin => ({
      name,
      package: `plugin-${name}`,
      version: '1.0.0',
      directory: `/nowhere/${name}`,
      from,
      entry: `file:///nowhere/${name}/index.ts`,
      requires: requires.map((plugin) => ({ plugin, package: `plugin-${plugin}`, range: '^1.0.0', optional: false })),
      depth: depth.get(name) ?? 0,
      revisions: revisions.filter(({ plugin }) => plugin === name),
      openTables,
    }))
    .toSorted((a, b) => a.depth - b.depth || (a.name < b.name ? -1 : 1));
  return { plugins: loaded, byName: new Map(loaded.map((plugin) => [plugin.name, plugin])) };
}

/** Returns the revision that the kernel would read from the file of a draft. */
export function revisionOf({ id, revises, dependsOn, up, down }: RevisionDraft): Revision {
  const [plugin = '', slug = ''] = id.split('@');
  const written = defineRevision({
    id,
    revises,
    dependsOn: dependsOn.map(({ revision }) => revision),
    up: textOf(up),
    ...(typeof down === 'string' && { down: textOf(down) }),
  });
  return checkRevision(written, plugin, slug, `${slug}.ts`);
}

function textOf(text: string): Sql {
  return { ...sql``, text };
}
