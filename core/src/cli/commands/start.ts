import type { PluginLog } from '../../contract/define-plugin.ts';
import { boot, type App, type BootReport } from '../../kernel/boot.ts';
import { columns, counted, duration } from '../columns.ts';
import type { Invocation } from '../command.ts';
import { follow } from '../follow.ts';
import type { Io } from '../io.ts';
import { openConfig } from '../open-kernel.ts';
import { warnOf } from '../report-migration.ts';

/** `kernel start`. */
export async function run(invocation: Invocation): Promise<number> {
  const { io, cwd, config, env, json } = invocation;
  // Read once more than boot does, so that no secret of it can be printed by anything that follows.
  openConfig(invocation);
  const began = performance.now();
  const app = await boot({
    cwd,
    env,
    ...(config !== undefined && { config }),
    observer: follow(io),
    log: (plugin) => logTo(io, plugin),
  });
  const total = performance.now() - began;
  io.progress('');
  if (json) io.json({ ...app.report, milliseconds: total });
  else report(io, app.report, total);
  if (!invocation.flag('once')) await untilSignal(io, app, json);
  await app.stop();
  return 0;
}

function report(io: Io, { database, stages, plugins, applied, dormant, ahead }: BootReport, total: number): void {
  io.line(`${io.style('bold', 'headwater')} on ${database}`);
  for (const id of applied) io.line(`${io.style('green', '+')} ${id}`);
  io.line(applied.length > 0 ? `${counted(applied.length, 'revision')} applied.` : 'Nothing was pending.');
  warnOf({ io }, dormant, ahead);
  const rows = [
    ...stages.map(({ stage, milliseconds }) => [stage, duration(milliseconds)]),
    ...plugins.map(({ name, version, milliseconds }) => [`  ${name} ${version}`, duration(milliseconds)]),
  ];
  for (const line of columns(rows)) io.line(`  ${line}`);
  io.line(`${io.style(['green', 'bold'], 'ready')} in ${duration(total)} with ${counted(plugins.length, 'plugin')}`);
}

/**
 * Resolves at the first SIGINT or SIGTERM; a second one ends the process at once. Handlers are there only from ready
 * on: before that a signal ends the process, and the database rolls back.
 */
function untilSignal(io: Io, app: App, json: boolean): Promise<void> {
  return new Promise((resolve) => {
    // Keeps the process up, also where no plugin holds anything open.
    const alive = setInterval(() => {}, 2 ** 30);
    let asked = false;
    const onSignal = (signal: NodeJS.Signals): void => {
      if (asked) process.exit(128 + (signal === 'SIGINT' ? 2 : 15));
      asked = true;
      clearInterval(alive);
      if (!json) io.line(`stopping ${counted(app.report.plugins.length, 'plugin')} …`);
      resolve();
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
  });
}

/** One line an entry on standard error, tagged with the plugin. */
function logTo(io: Io, plugin: string): PluginLog {
  const write = (level: string) => (message: string) =>
    io.note(`${new Date().toISOString()} ${level} [${plugin}] ${message}`);
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}
