import { loadApp, type LoadedApp } from '../boot/load-app.ts';
import { bootLoadedApp } from '../boot/start-app.ts';
import { runAsPlugin } from '../plugin/running-plugin.ts';
import { Commands, type PluginCommand } from '../contract/command.ts';
import { Database } from '../contract/database.ts';
import { shortMessage } from '../error/short-message.ts';
import { isKernelError, kernelError } from '../error/kernel-codes.ts';
import type { DeclaredCommand } from '../plugin/declared-commands.ts';
import { bindInspection } from '../open/inspect.ts';
import type { Command, Context, Input, Reply } from './command.ts';
import { openLog } from './log.ts';
import { openConfig } from './open-project.ts';
import { openProgress } from './progress.ts';

/** Loads and binds the active plugins, and returns a command of one of them. Does not connect to the database yet. */
export async function loadPluginCommand(
  { name, summary, plugin }: DeclaredCommand,
  context: Context,
): Promise<Command> {
  const loaded = await loadApp(openConfig(context), undefined, undefined, { kernelBind: bindInspection });
  const { item } = loaded.bound.container.get.all(Commands).find(({ key }) => key === name) ?? missing(name);
  return {
    about: `${item.about} This is a command of the plugin "${plugin}": the application boots before it and stops after it.`,
    arguments: item.arguments ?? [],
    options: item.options ?? [],
    examples: [{ line: `kernel ${name}`, about: summary }],
    exits: [{ code: 12, about: 'it failed, or a plugin is not installed, does not load or does not start' }],
    runsPlugins: true,
    run: (input, own) => run(loaded, plugin, item, input, own),
  };
}

function missing(name: string): never {
  throw kernelError('INTERNAL', { what: `the command ${name} is declared and bound, but cannot be found.` });
}

async function run(
  loaded: LoadedApp,
  plugin: string,
  command: PluginCommand,
  input: Input,
  context: Context,
): Promise<Reply> {
  const log = await openLog(context);
  const progress = openProgress(context);
  const { interruption } = context;
  const options = { purpose: 'command', observer: progress.observer, log, interruption } as const;
  const app = await bootLoadedApp(loaded, options).finally(progress.end);
  const crashed = interruption();
  const stopped = new AbortController();
  const stop = (signal: NodeJS.Signals): void => stopped.abort(new Error(`${signal} ended it`));
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const switches = Array.from(input.switches, (flag): [string, true] => [flag, true]);
  const values = Object.fromEntries<string | true>([...input.values, ...switches]);
  const given = {
    get: loaded.bound.container.getOf(plugin),
    log: log(plugin),
    operands: input.operands,
    values,
    signal: AbortSignal.any([crashed, stopped.signal]),
  };
  const owner = loaded.revisionSet.pluginSet.byName.get(plugin);
  const actor = {
    plugin,
    package: owner?.package ?? plugin,
    version: owner?.version ?? '0.0.0',
    phase: 'command',
  } as const;
  try {
    const runCommand = async (): Promise<Reply> => {
      const { text, data } = await (await command.load()).run(given);
      return { json: data ?? { text }, text: () => text };
    };
    const reply = await runAsPlugin(actor, () => app.get(Database).inContext(runCommand));
    crashed.throwIfAborted();
    return reply;
  } catch (error) {
    if (isKernelError(error)) throw error;
    const { phase: _, ...facts } = actor;
    const details = { ...facts, command: command.name, reason: shortMessage(error) };
    throw kernelError('PLUGIN_COMMAND_FAILED', details, { cause: error });
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    await app.stop();
  }
}
