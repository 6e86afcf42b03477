import { checkEntities, type Drift } from '../../core/dev/src/authoring/check-entities.ts';
import { draftMigration, type Drafted, type DraftOptions } from '../../core/dev/src/authoring/draft-migration.ts';
import type { LoadRunning } from '../../core/dev/src/authoring/part.ts';
import type { RevisionDraft } from '../../core/dev/src/authoring/revision-source.ts';
import { definePlugin, type PluginDefinition } from '../../core/kernel/src/contract/define-plugin.ts';
import { defineRevision } from '../../core/kernel/src/contract/define-revision.ts';
import { sql, type Sql } from '../../core/kernel/src/contract/sql.ts';
import { pluginDepths } from '../../core/kernel/src/graph/plugin-depth.ts';
import type { Plugin, PluginSet } from '../../core/kernel/src/plugin/plugin-set.ts';
import { checkedRevision } from '../../core/kernel/src/plugin/revision-check.ts';
import type { Revision } from '../../core/kernel/src/plugin/revision.ts';
import { openShadow, type Shadow } from '../../core/dev/src/shadow/shadow.ts';

/** A plugin that is on no disk: what of it a revision is made of. */
export interface Bench {
  readonly name: string;
  /** Plugins besides core. Default: none. */
  readonly requires?: readonly string[];
  readonly entities?: PluginDefinition['entities'];
  readonly extend?: PluginDefinition['extend'];
  /** Default: from sources. */
  readonly from?: Plugin['from'];
}

/** Where revisions are made in this process, one after another on one engine. */
export interface Workshop extends AsyncDisposable {
  readonly shadow: Shadow;
  /** Drafts what `name` lacks among these plugins, which have the revisions of their names. */
  readonly draft: (
    benches: readonly Bench[],
    revisions: readonly Revision[],
    name: string,
    options?: Partial<Pick<DraftOptions, 'words' | 'pinHeads'>> & {
      readonly rename?: string | null;
      readonly lookOnly?: boolean;
    },
  ) => Promise<Drafted>;
  /** What each of these plugins lacks, whose it is looked up. */
  readonly check: (benches: readonly Bench[], revisions: readonly Revision[]) => Promise<readonly Drift[]>;
}

/** Opens a workshop on PostgreSQL in this process, or on the server behind `url`. */
export async function openWorkshop(url: string | null = null): Promise<Workshop> {
  const shadow = await openShadow(url);
  // Closing it is the workshop's.
  const lent: Shadow = { ...shadow, [Symbol.asyncDispose]: async () => {} };
  return {
    shadow,
    async draft(benches, revisions, name, { rename = null, lookOnly = false, words = null, pinHeads = false } = {}) {
      const set = setOf(benches, revisions);
      const plugin = set.byName.get(name);
      if (plugin === undefined) throw new Error(`no plugin ${name}`);
      return draftMigration({
        set,
        plugin,
        openShadow: async () => lent,
        load: loaderOf(benches),
        words,
        pinHeads,
        rename,
        lookOnly,
        onStage: () => {},
      });
    },
    check: (benches, revisions) => checkEntities(shadow, setOf(benches, revisions), loaderOf(benches)),
    [Symbol.asyncDispose]: () => shadow[Symbol.asyncDispose](),
  };
}

/** Stands for importing these plugins. */
export function loaderOf(benches: readonly Bench[]): LoadRunning {
  return async ({ name }) => {
    const { entities = [], extend = [] } = benches.find((bench) => bench.name === name) ?? { name };
    return definePlugin({ name, entities, extend });
  };
}

/** What the kernel would have read of these plugins. */
export function setOf(benches: readonly Bench[], revisions: readonly Revision[]): PluginSet {
  const depth = pluginDepths(new Map(benches.map(({ name, requires = [] }) => [name, requires])));
  const plugins = benches
    .map(({ name, requires = [], from = 'sources' }): Plugin => ({
      name,
      package: `plugin-${name}`,
      version: '1.0.0',
      directory: `/nowhere/${name}`,
      from,
      entry: `file:///nowhere/${name}/index.ts`,
      requires: requires.map((plugin) => ({ plugin, package: `plugin-${plugin}`, range: '^1.0.0', optional: false })),
      depth: depth.get(name) ?? 0,
      revisions: revisions.filter(({ plugin }) => plugin === name),
    }))
    .toSorted((a, b) => a.depth - b.depth || (a.name < b.name ? -1 : 1));
  return { plugins, byName: new Map(plugins.map((plugin) => [plugin.name, plugin])) };
}

/** The revision that a draft becomes. */
export function revisionOf({ id, revises, dependsOn, up, down }: RevisionDraft): Revision {
  const [plugin = '', slug = ''] = id.split('@');
  const written = defineRevision({
    id,
    revises,
    dependsOn: dependsOn.map(({ revision }) => revision),
    up: textOf(up),
    ...(typeof down === 'string' && { down: textOf(down) }),
  });
  return checkedRevision(written, plugin, slug, `${slug}.ts`);
}

function textOf(text: string): Sql {
  return { ...sql``, text };
}
