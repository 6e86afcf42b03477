import { boot } from '../../open/boot.ts';
import type { BootReport } from '../../boot/boot-report.ts';
import { columns, counted, duration } from '../format-text.ts';
import type { Command } from '../command.ts';
import { ledgerWarnings } from '../migration-reply.ts';
import type { Colors } from '../colors.ts';
import { openLog } from '../log.ts';
import { openProgress } from '../progress.ts';
import { pluginCommands } from '../plugin-commands.ts';

/** The duration in milliseconds above which a start reports the plugins that it waited for. */
const slowStart = 1000;

/** `kernel start`. */
export const start: Command = {
  about:
    'Boots the application: loads the active plugins, applies every pending revision, starts the plugins, and stays up ' +
    'until SIGINT or SIGTERM. Then it stops the plugins in reverse order. A second signal ends it at once, and so does ' +
    'any signal before it is ready: the database rolls back what was not committed.',
  options: [{ flag: 'once', about: 'boot as for a command, report, stop and exit' }],
  examples: [
    { line: 'kernel start', about: 'run the application' },
    { line: 'kernel start --once --json', about: 'migrate and try to start, as a step of a deployment' },
    { line: 'kernel start --config config/shop.json', about: 'with another config' },
  ],
  exits: [
    { code: 10, about: 'the config is invalid' },
    { code: 12, about: 'a plugin is not installed, does not load, or does not start' },
    { code: 15, about: 'an applied revision was edited, or headwater.lock.json lists other plugins' },
    { code: 20, about: 'the database cannot be reached' },
    { code: 23, about: 'another process is using the embedded database' },
    { code: 31, about: 'a revision failed and was rolled back' },
  ],
  runsPlugins: true,
  async run({ switches }, context) {
    // Reads the config before boot does, so that its secrets are concealed from the beginning.
    pluginCommands(context);
    const { cwd, env, config, json } = context;
    const progress = openProgress(context);
    const began = performance.now();
    const app = await boot({
      cwd,
      env,
      purpose: switches.has('once') ? 'command' : 'serve',
      ...(config !== undefined && { config }),
      observer: progress.observer,
      interruption: context.interruption,
      log: await openLog(context),
    }).finally(progress.end);
    const milliseconds = performance.now() - began;
    // Installed before the reply states that the application is ready.
    const interruption = context.interruption();
    const stopped = switches.has('once') ? null : untilStopped(interruption);
    return {
      json: { ...app.report, milliseconds },
      text: (colors) => reportText(app.report, milliseconds, colors),
      async after() {
        if (stopped !== null) {
          const why = await stopped;
          if (!json) context.progress.write(`${why}: stopping ${counted(app.report.plugins.length, 'plugin')}\n`);
        }
        // The first failure of a plugin is more informative than a subsequent failure to stop.
        await app.stop().catch((error: unknown) => {
          throw interruption.aborted ? interruption.reason : error;
        });
        interruption.throwIfAborted();
        return 0;
      },
    };
  },
};

function reportText(
  { database, stages, plugins, chain, applied, dormant, ahead }: BootReport,
  total: number,
  colors: Colors,
): string {
  const branches = Map.groupBy(applied, (id) => id.slice(0, id.indexOf('@')));
  const starting = stages.find(({ stage }) => stage === 'start')?.milliseconds ?? 0;
  const upgraded = Array.from(branches, ([plugin, ids]) => [
    `  ${plugin}`,
    counted(ids.length, 'revision'),
    ids.length === 1 ? (ids[0] ?? '') : `up to ${ids.at(-1) ?? ''}`,
  ]);
  return [
    `${colors.bold('Headwater')} on ${database}`,
    applied.length === 0 ? 'Nothing was pending.' : `Applied ${counted(applied.length, 'revision')}:`,
    ...columns(upgraded),
    ...ledgerWarnings(dormant, ahead, colors),
    'Plugins:',
    ...columns(plugins.map(({ name, version, milliseconds }) => [`  ${name}`, version, duration(milliseconds)])),
    `Time: ${stages.map(({ stage, milliseconds }) => `${stage} ${duration(milliseconds)}`).join(', ')}`,
    ...(starting >= slowStart && chain.length > 1 ? [`Waited for: ${chain.join(' → ')}`] : []),
    `${colors.green('ready')} in ${duration(total)}`,
  ].join('\n');
}

/**
 * Waits for a signal, or for an uncaught failure of a plugin, and returns the reason as text. The first signal
 * removes the handlers, so that a second one ends the process immediately.
 */
function untilStopped(interruption: AbortSignal): Promise<string> {
  return new Promise((resolve) => {
    // The timer keeps the process running even if no plugin has an open handle. Its interval is the longest possible.
    const alive = setInterval(() => {}, 2 ** 31 - 1);
    const end = (why: string): void => {
      clearInterval(alive);
      process.off('SIGINT', end).off('SIGTERM', end);
      resolve(why);
    };
    process.on('SIGINT', end).on('SIGTERM', end);
    const onFailure = (): void => end('a plugin failed');
    if (interruption.aborted) onFailure();
    else interruption.addEventListener('abort', onFailure, { once: true });
  });
}
