import { boot } from '../../boot/boot.ts';
import type { BootReport } from '../../boot/boot-report.ts';
import { columns, counted, duration } from '../columns.ts';
import type { Command } from '../command.ts';
import { explainUnknown } from '../migration.ts';
import type { Paint } from '../paint.ts';
import { openLog } from '../log.ts';
import { openProgress } from '../progress.ts';
import { pluginCommands } from '../plugin-commands.ts';

/** Milliseconds from which on it is told which plugins a start waited for. */
const worthTelling = 1000;

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
    // Reads the config once more than boot does, so that no secret in it is printed by anything that follows.
    pluginCommands(context);
    const { cwd, env, config, json } = context;
    const progress = openProgress(context);
    const began = performance.now();
    const app = await boot({
      cwd,
      env,
      ...(config !== undefined && { config }),
      observer: progress.observer,
      interruption: context.interruption,
      log: await openLog(context),
    }).finally(progress.end);
    const milliseconds = performance.now() - began;
    // From here on, before anybody can read that it is ready.
    const interruption = context.interruption();
    const ended = switches.has('once') ? null : untilEnded(interruption);
    return {
      json: { ...app.report, milliseconds },
      text: (paint) => explain(app.report, milliseconds, paint),
      async after() {
        if (ended !== null) {
          const why = await ended;
          if (!json) context.progress.write(`${why}: stopping ${counted(app.report.plugins.length, 'plugin')}\n`);
        }
        // What a plugin failed at first says more than what it cannot stop for.
        await app.stop().catch((error: unknown) => {
          throw interruption.aborted ? interruption.reason : error;
        });
        interruption.throwIfAborted();
        return 0;
      },
    };
  },
};

function explain(
  { database, stages, plugins, chain, applied, dormant, ahead }: BootReport,
  total: number,
  paint: Paint,
): string {
  const branches = Map.groupBy(applied, (id) => id.slice(0, id.indexOf('@')));
  const starting = stages.find(({ stage }) => stage === 'start')?.milliseconds ?? 0;
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
    ...(starting >= worthTelling && chain.length > 1 ? [`Waited for: ${chain.join(' → ')}`] : []),
    `${paint.green('ready')} in ${duration(total)}`,
  ].join('\n');
}

/**
 * Until a signal comes, or what a plugin left behind fails; gives its name for people. The handlers go with the first
 * signal, so a second one does what signals do: it ends the process.
 */
function untilEnded(interruption: AbortSignal): Promise<string> {
  return new Promise((resolve) => {
    // Keeps the process up, also where no plugin holds anything open. As long as a timer can be.
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
