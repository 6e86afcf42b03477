import { Command, CommanderError } from 'commander';
import { KernelError } from '../error/kernel-error.ts';
import type { CommandSpec, Invocation } from './command.ts';
import { commandTable } from './command-table.ts';
import type { Io } from './io.ts';

/** A parsed command line: a command to run, or help that has already been printed. */
export type Parsed = { readonly spec: CommandSpec; readonly invocation: Invocation } | { readonly spec: null };

const common: readonly (readonly [flags: string, description: string])[] = [
  ['--config <file>', 'config.json; default: config/config.json, here or above'],
  ['--json', 'print one JSON document'],
  ['--debug', 'print the stack of an error'],
];

/** Reads a command line. Throws USAGE for what it does not understand, with the nearest match where there is one. */
export async function parse(argv: readonly string[], io: Io, version: string): Promise<Parsed> {
  let parsed: Parsed = { spec: null };
  const program = new Command('kernel')
    .description('Headwater: many plugins, one plan for their tables.')
    .version(version)
    .helpCommand('help [command]', 'Explain a command')
    .addHelpText('after', '\nBegin with: kernel start, or kernel migrate:plan to see what it would do.');
  configure(program, io);
  for (const spec of commandTable) {
    const command = configure(program.command(spec.name), io).summary(spec.summary);
    command.description(`${spec.summary}.\n\n${spec.about}`);
    for (const [name, description] of spec.args) command.argument(name, description);
    for (const [flags, description] of [...spec.flags, ...common]) command.option(flags, description);
    command.addHelpText('after', () => explain(spec));
    command.action(() => {
      parsed = { spec, invocation: invocationOf(command, io) };
    });
  }
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { spec: null };
    if (error.code === 'commander.help') {
      throw new KernelError('USAGE', { what: 'A command is missing.', usage: null, command: null });
    }
    throw usageError(error, program, argv);
  }
  return parsed;
}

function configure(command: Command, io: Io): Command {
  return command
    .exitOverride()
    .showSuggestionAfterError(true)
    .allowExcessArguments(false)
    .configureHelp({
      helpWidth: 80,
      subcommandTerm: (sub) =>
        `${sub.name()} ${sub.usage().replace('[options] ', '').replace('[options]', '')}`.trimEnd(),
    })
    .configureOutput({ writeOut: (text) => io.line(text.trimEnd()), writeErr: () => {} });
}

function explain({ examples, exits }: CommandSpec): string {
  const lines = ['', 'Examples:', ...examples.map((example) => `  ${example}`)];
  if (exits.length > 0) lines.push('', 'Exit codes:', ...exits.map(([code, meaning]) => `  ${code}  ${meaning}`));
  return lines.join('\n');
}

function invocationOf(command: Command, io: Io): Invocation {
  const options = command.opts<Readonly<Record<string, unknown>>>();
  const value = (name: string): string | undefined => {
    const found = options[name];
    return typeof found === 'string' ? found : undefined;
  };
  return {
    io,
    cwd: process.cwd(),
    env: process.env,
    config: value('config'),
    json: options['json'] === true,
    debug: options['debug'] === true,
    args: command.processedArgs.flat().filter((arg: unknown) => typeof arg === 'string'),
    flag: (name) => options[name] === true,
    value,
  };
}

function usageError(error: CommanderError, program: Command, argv: readonly string[]): KernelError {
  const command = program.commands.find((sub) => sub.name() === argv[0]);
  const [what = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  const sentence = `${what.charAt(0).toUpperCase()}${what.slice(1)}`.replace(/\.?$/, '.');
  return new KernelError('USAGE', {
    what: suggestion === undefined ? sentence : `${sentence} ${suggestion.replace(/^\((.*)\)$/, '$1')}`,
    usage: command === undefined ? null : `kernel ${command.name()} ${command.usage()}`,
    command: command?.name() ?? null,
  });
}
