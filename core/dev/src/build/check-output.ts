import { existsSync, readdirSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { basename, dirname, join, relative } from 'node:path';
import type { Config } from '@headwater/kernel/internal/config';
import { isKernelError } from '@headwater/kernel/internal/errors';
import type { Plugin, PluginDescription, PluginSet } from '@headwater/kernel/internal/plugins';
import { devError } from '../error/dev-codes.ts';
import { describePlugin } from './describe-plugin.ts';

/**
 * Checks that the compiled plugin, which npm packs, loads and is what the sources are. `entry` is its main module. Throws
 * PLUGIN_BUILD_OUTPUT.
 */
export async function assertOutput(
  set: PluginSet,
  plugin: Plugin,
  entry: string,
  config: Config,
  sources: PluginDescription,
): Promise<void> {
  const refuse = (problem: string, cause?: unknown): Error =>
    devError('PLUGIN_BUILD_OUTPUT', { plugin: plugin.name, module: entry, problem }, { cause });
  if (!existsSync(entry)) throw refuse('does not exist');
  const built: Plugin = { ...plugin, from: 'built', entry };
  const plugins = set.plugins.map((one) => (one.name === plugin.name ? built : one));
  const output = { plugins, byName: new Map(plugins.map((one) => [one.name, one])) };
  let found: PluginDescription;
  try {
    found = await describePlugin(output, built, config);
  } catch (error) {
    if (isKernelError(error))
      throw refuse(`does not load, although the sources do: ${error.message.replace(/\.$/, '')}`, error);
    throw error;
  }
  const fields = Object.keys(sources) as (keyof PluginDescription)[];
  const differing = fields.find((field) => !isDeepStrictEqual(plain(found[field]), plain(sources[field])));
  if (differing !== undefined)
    throw refuse(`is not what the sources are: it differs in what the plugin ${verbs[differing]}`);
  const stale = leftoverRevision(plugin, entry);
  if (stale !== undefined) throw refuse(`stands beside ${stale}, which has no source`);
}

/** Ends "it differs in what the plugin". */
const verbs: Readonly<Record<keyof PluginDescription, string>> = {
  owns: 'owns',
  extends: 'adds to the tables of others',
  binds: 'binds',
  contributes: 'contributes',
  commands: 'declares as commands',
  options: 'takes as options',
};

/** Returns the value as it is written to the manifest. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

/** Returns a compiled revision that no revision file produces anymore. */
function leftoverRevision({ revisions, directory }: Plugin, entry: string): string | undefined {
  const [first] = revisions;
  if (first === undefined) return undefined;
  const folder = join(dirname(entry), basename(dirname(first.file)));
  if (folder === dirname(first.file) || !existsSync(folder)) return undefined;
  const slugs = new Set(revisions.map(({ slug }) => slug));
  const left = readdirSync(folder).find(
    (file) => /^\d.*\.[mc]?js$/.test(file) && !slugs.has(file.replace(/\.\w+$/, '')),
  );
  return left === undefined ? undefined : relative(directory, join(folder, left));
}
