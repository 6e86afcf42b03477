import type { Config } from '../../config/config.ts';
import { isKernelError } from '../../error/kernel-codes.ts';
import { openProject } from '../../open/project.ts';
import { openPackages } from '../../plugin/packages.ts';
import type { ArgumentSpec, Command, Context } from '../command.ts';
import { commandNamed, commandTable } from '../command-table.ts';
import { knownPluginCommands } from '../plugin-commands.ts';
import { openConfig } from '../open-project.ts';
import { optionsOf } from '../signature.ts';

/** `kernel __complete <line>`: the words that may complete the last word of a line, one per line. */
export const complete: Command = {
  about: 'Lists the words that may complete the last word of a line. The scripts of `kernel completion` call it.',
  arguments: [{ name: 'line', about: 'the command line up to the cursor' }],
  examples: [{ line: 'kernel __complete "kernel migrate:"', about: 'the commands that begin with migrate:' }],
  async run({ operands: [line = ''] }, context) {
    const words = line.trimStart().split(/\s+/);
    const last = words.at(-1) ?? '';
    const found = (await candidates(words.slice(1, -1), last, context)).filter((word) => word.startsWith(last));
    return { json: found, text: () => found.join('\n') };
  },
};

async function candidates(before: readonly string[], last: string, context: Context): Promise<readonly string[]> {
  const [name, ...rest] = before.filter((word) => !word.startsWith('-'));
  const names = commandTable.flatMap((entry) => (entry.group === null ? [] : [entry.name]));
  const added = name === undefined || name === 'help' ? knownPluginCommands(context).map((one) => one.name) : [];
  if (name === undefined) return [...names, ...added, 'help'];
  if (name === 'help') return [...names, ...added];
  const command = await loadQuietly(name, context);
  if (command === null) return [];
  if (last.startsWith('-')) return optionsOf(command).map(({ flag }) => `--${flag}`);
  const specs = command.arguments ?? [];
  const spec = specs[rest.length] ?? (specs.at(-1)?.many === true ? specs.at(-1) : undefined);
  return argumentsFor(spec?.complete, last, context);
}

/** Pressing Tab must not print an error, so a command whose package is not installed simply has no completions. */
async function loadQuietly(name: string, context: Context): Promise<Command | null> {
  try {
    return (await commandNamed(name)?.load(context)) ?? null;
  } catch (error) {
    if (isKernelError(error)) return null;
    throw error;
  }
}

/** Likewise, an invalid config yields no completions. */
async function argumentsFor(
  kind: ArgumentSpec['complete'],
  last: string,
  context: Context,
): Promise<readonly string[]> {
  if (kind === undefined || typeof kind === 'object') return kind ?? [];
  try {
    const config = openConfig(context);
    if (kind === 'branch') return last.includes('@') ? await revisionsOf(config, last) : [...config.plugins.keys()];
    const active = Array.from(config.plugins.values()).flatMap(({ name, enabled }) =>
      enabled && name !== 'core' ? [name] : [],
    );
    return kind === 'active plugin' ? active : await inactive(config, new Set(active));
  } catch (error) {
    if (isKernelError(error)) return [];
    throw error;
  }
}

/** Returns the targets on the branch that a word begins with: `likes@`. */
async function revisionsOf(config: Config, word: string): Promise<readonly string[]> {
  const [plugin = ''] = word.split('@', 1);
  const found = (await openProject(config).pluginSet()).byName.get(plugin);
  return found === undefined
    ? []
    : [`${plugin}@base`, `${plugin}@head`, ...found.revisions.map(({ id }) => id).toSorted()];
}

async function inactive(config: Config, active: ReadonlySet<string>): Promise<readonly string[]> {
  const { findPluginPackages } = await import('../../plugin/installed-plugins.ts');
  const installed = findPluginPackages(config, openPackages()).keys();
  return Array.from(installed)
    .filter((name) => !active.has(name))
    .toSorted();
}
