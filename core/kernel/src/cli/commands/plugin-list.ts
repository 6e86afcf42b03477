import type { Config } from '../../config/config.ts';
import { isKernelError } from '../../error/kernel-codes.ts';
import type { RevisionSet } from '../../migrate/revision-set.ts';
import { findPluginPackages, type PluginCandidate } from '../../plugin/installed-plugins.ts';
import { readManifest } from '../../plugin/manifest-reader.ts';
import { openPackages } from '../../plugin/packages.ts';
import { pluginPeers } from '../../plugin/plugin-peers.ts';
import { loadRevisionFiles } from '../../plugin/revision-files.ts';
import { readPluginPackage } from '../../plugin/plugin-fields.ts';
import { columns, counted } from '../format-text.ts';
import type { Command } from '../command.ts';
import { openRevisionSet } from '../open-project.ts';

/** `kernel plugin:list`. */
export const pluginList: Command = {
  about:
    'Lists the active plugins in the order in which they start, then those that config.json disables, and those that ' +
    'are installed but not listed in it. Needs no database, and starts nothing.',
  examples: [{ line: 'kernel plugin:list', about: 'with packages, versions and requirements' }],
  exits: [
    { code: 12, about: 'an active plugin is not installed' },
    { code: 14, about: 'the active plugins are incompatible' },
  ],
  async run(_, context) {
    const { config, revisionSet } = await openRevisionSet(context);
    const plugins = [...activeOf(revisionSet), ...(await othersOf(config, revisionSet))];
    return {
      json: { plugins },
      text: (colors) =>
        columns(
          plugins.map(({ name, state, package: from, version, requires, revisions }) => [
            name,
            state === 'active' ? colors.green(state) : colors.dim(state),
            version === null ? `${from ?? ''} (not installed)`.trimStart() : `${from} ${version}`,
            revisions === null ? '' : counted(revisions, 'revision'),
            requires.length === 0 ? '' : `requires ${requires.join(', ')}`,
          ]),
        ).join('\n'),
    };
  },
};

interface ListedPlugin {
  readonly name: string;
  readonly state: 'active' | 'disabled' | 'not listed';
  /** An npm name or a `./path`. `null` if the config names no package and none with a usual name is installed. */
  readonly package: string | null;
  /** `null`, like `from`, if the package is not installed. */
  readonly version: string | null;
  readonly from: 'sources' | 'built' | null;
  /** Without optional requirements. */
  readonly requires: readonly string[];
  /** The number of its revisions; `null` if they cannot be read. */
  readonly revisions: number | null;
}

function activeOf({ pluginSet }: RevisionSet): readonly ListedPlugin[] {
  return pluginSet.plugins.map(({ name, package: from, version, from: kind, requires, revisions }) => ({
    name,
    state: 'active',
    package: from,
    version,
    from: kind,
    requires: requires.flatMap(({ plugin, optional }) => (optional ? [] : [plugin])),
    revisions: revisions.length,
  }));
}

async function othersOf(config: Config, { pluginSet }: RevisionSet): Promise<readonly ListedPlugin[]> {
  const packages = openPackages();
  const found = findPluginPackages(config, packages);
  const names = new Set([...config.plugins.keys(), ...found.keys()]).difference(new Set(pluginSet.byName.keys()));
  return Promise.all(
    [...names].toSorted().map(async (name): Promise<ListedPlugin> => {
      const entry = config.plugins.get(name);
      const state = entry === undefined ? 'not listed' : 'disabled';
      const installed = found.get(name);
      if (installed === undefined) {
        return {
          name,
          state,
          package: entry?.package ?? null,
          version: null,
          from: null,
          requires: [],
          revisions: null,
        };
      }
      const { file } = installed;
      const peers = pluginPeers(file, packages);
      return {
        name,
        state,
        package: installed.package,
        version: file.version,
        requires: peers.flatMap(({ plugin, optional }) => (optional ? [] : [plugin])),
        ...(await contentOf(installed)),
      };
    }),
  );
}

/** An inactive plugin may be broken, which matters only when it is activated. */
async function contentOf({ file }: PluginCandidate): Promise<Pick<ListedPlugin, 'from' | 'revisions'>> {
  try {
    const plugin = readPluginPackage(file);
    const revisions = plugin.from === 'built' ? readManifest(plugin) : await loadRevisionFiles(plugin);
    return { from: plugin.from, revisions: revisions.length };
  } catch (error) {
    if (isKernelError(error)) return { from: null, revisions: null };
    throw error;
  }
}
