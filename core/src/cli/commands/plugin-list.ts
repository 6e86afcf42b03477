import { readInstalledPlugins } from '../../plugin/installed-plugins.ts';
import { columns } from '../columns.ts';
import type { Invocation } from '../command.ts';
import { openBlueprint } from '../open-kernel.ts';

/** `kernel plugin:list`. */
export async function run(invocation: Invocation): Promise<number> {
  const { io, json } = invocation;
  const { config, blueprint } = await openBlueprint(invocation);
  const active = blueprint.set.plugins.map((plugin) => ({
    name: plugin.name,
    state: 'active',
    package: plugin.package,
    version: plugin.version as string | null,
    from: plugin.from as string | null,
    requires: plugin.requires.map((requirement) => requirement.plugin),
    revisions: plugin.revisions.length as number | null,
  }));
  const names = new Set(active.map((plugin) => plugin.name));
  const rest = (await readInstalledPlugins(config))
    .filter((plugin) => !names.has(plugin.name))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((plugin) => ({
      name: plugin.name,
      state: config.plugins.has(plugin.name) ? 'disabled' : 'not listed',
      package: plugin.package,
      version: null,
      from: null,
      requires: [],
      revisions: null,
    }));
  const plugins = [...active, ...rest];
  if (json) {
    io.json({ plugins });
    return 0;
  }
  const rows = plugins.map((plugin) => [
    plugin.name,
    plugin.state,
    [plugin.package, plugin.version].filter((part) => part !== null).join('@'),
    plugin.revisions === null ? '' : `${plugin.revisions} revisions`,
    plugin.requires.length === 0 ? '' : `requires ${plugin.requires.join(', ')}`,
  ]);
  for (const line of columns(rows)) io.line(line);
  return 0;
}
