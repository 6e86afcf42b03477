import { relative } from 'node:path';
import { openConfig, type Command, type Context } from '@headwater/kernel/internal/command';
import { exitCode } from '@headwater/kernel/internal/errors';
import { startKernelChild, type KernelChild } from '../reload/kernel-child.ts';
import { openSourceWatch } from '../reload/source-watch.ts';
import { watchedFolders, type WatchedFolder } from '../reload/watched-folders.ts';

/** `kernel dev`. */
export const dev: Command = {
  about:
    'Runs the application like kernel start, and starts it again when a source of a plugin in this workspace or the config ' +
    'changes. Meanwhile it compares entities and revisions like migrate:check, and shows the command that writes the ' +
    'missing revision. It also keeps config.schema.json up to date. Nothing else is written.\n\n' +
    'After an application that failed, it waits for the next change. SIGINT and SIGTERM stop both.',
  examples: [
    { line: 'kernel dev', about: 'while you write a plugin' },
    { line: 'PORT=3001 kernel dev', about: 'with a variable that the config uses' },
  ],
  exits: [{ code: 10, about: 'the config is invalid' }],
  async run(_, context) {
    const folders = watchedFolders(openConfig(context));
    const shown = folders.map(({ path }) => relative(context.cwd, path) || '.');
    return {
      json: { watched: folders.map(({ path }) => path) },
      text: () => `Watching ${shown.join(', ')}.`,
      async after() {
        await reload(context, folders);
        return 0;
      },
    };
  },
};

/** Runs the application, and starts it again after each change, until the process is asked to stop. */
async function reload(context: Context, folders: readonly WatchedFolder[]): Promise<void> {
  const { promise: stopped, resolve } = Promise.withResolvers<'stopped'>();
  const end = (): void => resolve('stopped');
  process.on('SIGINT', end).on('SIGTERM', end).on('SIGHUP', end);
  using watch = openSourceWatch(folders);
  try {
    for (;;) {
      const changed = watch.next();
      const app = startKernelChild(context, ['start']);
      const checks = startChecks(context);
      void reportFailure(context, app);
      const next = await Promise.race([changed, stopped]);
      await Promise.all([app.stop(), checks.stop()]);
      if (next === 'stopped') return;
      context.progress.write(`\n${relative(context.cwd, next)} changed: starting again\n`);
    }
  } finally {
    process.off('SIGINT', end).off('SIGTERM', end).off('SIGHUP', end);
  }
}

/** Says that the application has failed, which has said why itself. An application that was asked to stop has not. */
async function reportFailure({ progress }: Context, app: KernelChild): Promise<void> {
  const { code } = await app.ended;
  if (code <= 0) return;
  progress.write(`The application ended with exit code ${code}. It starts again after the next change.\n`);
}

/** Writes the schema of the config, and compares entities and revisions. Neither needs the application's database. */
function startChecks(context: Context): { readonly stop: () => Promise<void> } {
  let isStopped = false;
  let running: KernelChild | null = null;
  const run = async (words: readonly string[]): Promise<{ readonly code: number; readonly output: string }> => {
    running = startKernelChild(context, words, true);
    return running.ended;
  };
  const all = (async (): Promise<void> => {
    const check = await run(['migrate:check']);
    if (isStopped) return;
    if (check.code === exitCode.drift) context.progress.write(`\nEntities and revisions differ:\n${check.output}\n`);
    await run(['config:schema']);
  })();
  return {
    async stop() {
      isStopped = true;
      await running?.stop();
      await all;
    },
  };
}
