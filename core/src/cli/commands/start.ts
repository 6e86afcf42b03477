import { setTimeout as sleep } from 'node:timers/promises';
import type { PluginLog } from '../../contract/define-plugin.ts';
import { boot, type App, type BootReport } from '../../kernel/boot.ts';
import type { ExitCode } from '../../error/exit-code.ts';
import { columns, counted, duration } from '../columns.ts';
import type { Command, Context } from '../command.ts';
import { explainUnknown } from '../migration.ts';
import type { Paint } from '../paint.ts';
import { openProgress } from '../progress.ts';
import { openConfig } from '../project.ts';

/** `kernel start`. */
export const start: Command = {
  about:
    'Boots the application: loads the active plugins, applies every pending revision, starts the plugins, and stays up ' +
    'until SIGINT or SIGTERM, on which it stops them in reverse order. A second signal ends it at once. Before it is ' +
    'ready any signal does, and the database rolls back what was not committed.',
  options: [{ flag: 'once', about: 'boot, report, stop and exit' }],
  examples: [
    { line: 'kernel start', about: 'run the application' },
    { line: 'kernel start --once --json', about: 'migrate and try to start it, before a deployment goes on' },
    { line: 'kernel start --config config/shop.json', about: 'with another config' },
  ],
  exits: [
    { code: 10, about: 'the config does not fit' },
    { code: 12, about: 'a plugin is not installed, does not load, or does not start' },
    { code: 20, about: 'the database cannot be reached' },
    { code: 23, about: 'another process has the embedded database' },
    { code: 31, about: 'a revision failed and was rolled back' },
  ],
  runsPlugins: true,
  async run({ switches }, context) {
    // Read once more than boot does, so that no secret in it is printed by anything that follows.
    openConfig(context);
    const { cwd, env, config, json } = context;
    const progress = openProgress(context);
    const began = performance.now();
    const app = await boot({
      cwd,
      env,
      ...(config !== undefined && { config }),
      observer: progress.observer,
      log: (plugin) => logOf(plugin, context),
    }).finally(progress.end);
    const milliseconds = performance.now() - began;
    // From here on, before anybody can read that it is ready.
    const signalled = switches.has('once') ? null : firstSignal();
    return {
      json: { ...app.report, milliseconds },
      text: (paint) => explain(app.report, milliseconds, paint),
      async after() {
        if (signalled !== null) {
          const signal = await signalled;
          if (!json) context.progress.write(`${signal}: stopping ${counted(app.report.plugins.length, 'plugin')}\n`);
        }
        return stop(app, context);
      },
    };
  },
};

function explain(
  { database, stages, plugins, applied, dormant, ahead }: BootReport,
  total: number,
  paint: Paint,
): string {
  const branches = Map.groupBy(applied, (id) => id.slice(0, id.indexOf('@')));
  const upgraded = Array.from(branches, ([plugin, ids]) => [
    `  ${plugin}`,
    counted(ids.length, 'revision'),
    ids.length === 1 ? (ids[0] ?? '') : `up to ${ids.at(-1) ?? ''}`,
  ]);
  return [
    `${paint.bold('Headwater')} on ${database}`,
    applied.length === 0 ? 'Nothing was pending.' : `Applied ${counted(applied.length, 'revision')}:`,
    ...columns(upgraded),
    ...explainUnknown(dormant, ahead, paint),
    'Plugins:',
    ...columns(plugins.map(({ name, version, milliseconds }) => [`  ${name}`, version, duration(milliseconds)])),
    `Time: ${stages.map(({ stage, milliseconds }) => `${stage} ${duration(milliseconds)}`).join(', ')}`,
    `${paint.green('ready')} in ${duration(total)}`,
  ].join('\n');
}

/** The handlers go with the first signal, so a second one does what signals do: it ends the process. */
function firstSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    // Keeps the process up, also where no plugin holds anything open. As long as a timer can be.
    const alive = setInterval(() => {}, 2 ** 31 - 1);
    const onSignal = (signal: NodeJS.Signals): void => {
      clearInterval(alive);
      process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
      resolve(signal);
    };
    process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  });
}

async function stop(app: App, { progress }: Context): Promise<ExitCode> {
  await app.stop();
  // What a plugin has left open keeps the process up; nobody is to wait for it.
  void sleep(1000, undefined, { ref: false }).then(() => {
    const open = [...new Set(process.getActiveResourcesInfo())].join(', ');
    progress.write(`A plugin left something open (${open}); ended all the same.\n`);
    process.exit();
  });
  return 0;
}

/** One line an entry on standard error, tagged with the plugin. */
function logOf(plugin: string, { progress, debug }: Context): PluginLog {
  const write =
    (level: string) =>
    (message: string): void =>
      progress.write(`${new Date().toISOString()} ${level.padEnd(5)} ${plugin}: ${message}\n`);
  return {
    debug: debug ? write('debug') : () => {},
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  };
}
