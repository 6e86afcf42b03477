import type { Config } from '../../config/config.ts';
import { isKernelError } from '../../error/kernel-codes.ts';
import type { Blueprint } from '../../migrate/state.ts';
import { findPluginPackages, type PluginPackage } from '../../plugin/installed-plugins.ts';
import { readManifest } from '../../plugin/manifest.ts';
import { openPackages } from '../../plugin/packages.ts';
import { pluginPeers } from '../../plugin/plugin-peers.ts';
import { loadRevisionFiles } from '../../plugin/revision-files.ts';
import { staticHalf } from '../../plugin/plugin-fields.ts';
import { columns, counted } from '../columns.ts';
import type { Command } from '../command.ts';
import { openBlueprint } from '../project.ts';

/** `kernel plugin:list`. */
export const pluginList: Command = {
  about:
    'Lists the active plugins in the order in which they are started, then those that config.json switches off, and ' +
    'those that are installed and not listed in it. Needs no database, and starts nothing.',
  examples: [{ line: 'kernel plugin:list', about: 'with packages, versions, and what each requires' }],
  exits: [
    { code: 12, about: 'an active plugin is not installed' },
    { code: 14, about: 'the active plugins do not fit together' },
  ],
  async run(_, context) {
    const { config, blueprint } = await openBlueprint(context);
    const plugins = [...activeOf(blueprint), ...(await othersOf(config, blueprint))];
    return {
      json: { plugins },
      text: (paint) =>
        columns(
          plugins.map(({ name, state, package: from, version, requires, revisions }) => [
            name,
            state === 'active' ? paint.green(state) : paint.dim(state),
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
  /** An npm name or a `./path`; `null` where the config leaves it to the usual names, and none of them is installed. */
  readonly package: string | null;
  /** `null` where it is not installed, as is `from`. */
  readonly version: string | null;
  readonly from: 'sources' | 'built' | null;
  /** Without the optional ones. */
  readonly requires: readonly string[];
  /** How many it ships; `null` where that cannot be read. */
  readonly revisions: number | null;
}

function activeOf({ set }: Blueprint): readonly ListedPlugin[] {
  return set.plugins.map(({ name, package: from, version, from: kind, requires, revisions }) => ({
    name,
    state: 'active',
    package: from,
    version,
    from: kind,
    requires: requires.flatMap(({ plugin, optional }) => (optional ? [] : [plugin])),
    revisions: revisions.length,
  }));
}

async function othersOf(config: Config, { set }: Blueprint): Promise<readonly ListedPlugin[]> {
  const packages = openPackages();
  const found = findPluginPackages(config, packages);
  const names = new Set([...config.plugins.keys(), ...found.keys()]).difference(new Set(set.byName.keys()));
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

/** What is not active may be broken, which is nobody's business until it is activated. */
async function contentOf({ file }: PluginPackage): Promise<Pick<ListedPlugin, 'from' | 'revisions'>> {
  try {
    const half = staticHalf(file);
    const revisions = half.from === 'built' ? readManifest(half) : await loadRevisionFiles(half);
    return { from: half.from, revisions: revisions.length };
  } catch (error) {
    if (isKernelError(error)) return { from: null, revisions: null };
    throw error;
  }
}
