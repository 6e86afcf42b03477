import { Commands, type PluginCommand } from '../contract/command.ts';
import { Database } from '../contract/database.ts';
import { firstLine } from '../error/first-line.ts';
import { isKernelError, kernelError } from '../error/kernel-codes.ts';
import { inTheNameOf } from '../boot/running-plugin.ts';
import { bootPrepared } from '../boot/boot.ts';
import { prepare, type Prepared } from '../boot/prepare.ts';
import type { DeclaredCommand } from '../plugin/declared-commands.ts';
import type { Command, Context, Input, Reply } from './command.ts';
import { openLog } from './log.ts';
import { openProgress } from './progress.ts';
import { openConfig } from './project.ts';

/** A command of a plugin, whose code is loaded and bound for it; no database yet. */
export async function loadPluginCommand(
  { name, summary, plugin }: DeclaredCommand,
  context: Context,
): Promise<Command> {
  const prepared = await prepare(openConfig(context));
  const { item } = prepared.bound.container.get.all(Commands).find(({ key }) => key === name) ?? missing(name);
  return {
    about: `${item.about} It is a command of the plugin "${plugin}": the application is booted for it, and stopped after it.`,
    arguments: item.arguments ?? [],
    options: item.options ?? [],
    examples: [{ line: `kernel ${name}`, about: summary }],
    exits: [{ code: 12, about: 'it failed, or a plugin is not installed, does not load or does not start' }],
    runsPlugins: true,
    run: (input, own) => runIn(prepared, plugin, item, input, own),
  };
}

function missing(name: string): never {
  throw kernelError('INTERNAL', { what: `the command ${name} is listed, bound, and not there.` });
}

async function runIn(
  prepared: Prepared,
  plugin: string,
  command: PluginCommand,
  input: Input,
  context: Context,
): Promise<Reply> {
  const log = await openLog(context);
  const progress = openProgress(context);
  const { interruption } = context;
  const app = await bootPrepared(prepared, { observer: progress.observer, log, interruption }).finally(progress.end);
  const stray = interruption();
  const ended = new AbortController();
  const end = (signal: NodeJS.Signals): void => ended.abort(new Error(`${signal} ended it`));
  process.once('SIGINT', end).once('SIGTERM', end);
  const signal = AbortSignal.any([stray, ended.signal]);
  const switches = Array.from(input.switches, (flag): [string, true] => [flag, true]);
  const values = Object.fromEntries<string | true>([...input.values, ...switches]);
  const given = {
    get: prepared.bound.container.getOf(plugin),
    log: log(plugin),
    operands: input.operands,
    values,
    signal,
  };
  const who = prepared.blueprint.set.byName.get(plugin);
  const actor = {
    plugin,
    package: who?.package ?? plugin,
    version: who?.version ?? '0.0.0',
    phase: 'command',
  } as const;
  try {
    const run = async (): Promise<Reply> => {
      const { text, data } = await (await command.load()).run(given);
      return { json: data ?? { text }, text: () => text };
    };
    const reply = await inTheNameOf(actor, () => app.get(Database).inContext(run));
    stray.throwIfAborted();
    return reply;
  } catch (error) {
    if (isKernelError(error)) throw error;
    const { phase: _, ...facts } = actor;
    throw kernelError(
      'PLUGIN_COMMAND_FAILED',
      { ...facts, command: command.name, reason: firstLine(error) },
      { cause: error },
    );
  } finally {
    process.off('SIGINT', end).off('SIGTERM', end);
    await app.stop();
  }
}
