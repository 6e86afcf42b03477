import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { openProject } from '@headwater/kernel/internal/boot';
import { openConfig, openProgress, usageOf, type Command, type Context } from '@headwater/kernel/internal/command';
import { explainFileError, kernelError, type KernelError } from '@headwater/kernel/internal/errors';
import { rehearsalFolder, type Rehearsal } from '@headwater/kernel/internal/migrations';
import { devError } from '../error/dev-codes.ts';
import { rehearseProject } from '../rehearsal/rehearse.ts';
import { explainRehearsal } from './rehearsal-report.ts';

/** `kernel migrate:rehearse --on <url>`. */
export const migrateRehearse: Command = {
  about:
    'Upgrades a copy of your database, and reports what each revision does there: the table locks that it holds, with the ' +
    'time and the owner of the table; the tables and indexes that PostgreSQL rewrites, with their sizes; the rows that ' +
    'it writes; its duration. The locks are read from pg_locks over a second connection right before each commit, so ' +
    'those of triggers, functions and foreign keys are included. A revision with `transaction: false` has no such ' +
    'moment; its locks are sampled every 20 ms.\n\n' +
    'The copy must be another database on a PostgreSQL server, with the same applied revisions as yours: restore a dump, ' +
    'a snapshot, or use createdb --template. Your database is only read. The copy is upgraded, so each rehearsal needs a ' +
    'new one. "upgrade.beforeBreaking" is not called. Times on a copy are no promise.\n\n' +
    `The result is also written to ${rehearsalFolder}/, where Studio finds it. Ctrl-C ends the rehearsal, and the copy ` +
    'keeps the revisions before.',
  options: [
    { flag: 'on', value: 'url', about: 'the copy: postgres://user@host/copy' },
    { flag: 'out', value: 'file', about: `write the result to this file; default: one in ${rehearsalFolder}` },
  ],
  examples: [
    { line: 'kernel migrate:rehearse --on postgres://localhost/shop_copy', about: 'before a deployment' },
    {
      line: 'kernel migrate:rehearse --on postgres://db/copy --out result.json --json',
      about: 'in a pipeline, which keeps the file',
    },
  ],
  exits: [
    { code: 0, about: 'everything was applied to the copy, or nothing is pending' },
    { code: 2, about: '--on is missing, names no server, or names the database itself' },
    { code: 15, about: 'the copy has other applied revisions' },
    { code: 20, about: 'one of the databases cannot be reached' },
    { code: 31, about: 'a revision fails on the copy, or Ctrl-C; the report shows what was seen before' },
  ],
  runsPlugins: true,
  async run({ values }, context) {
    const on = values.get('on');
    if (on === undefined) {
      const what = 'kernel migrate:rehearse needs the URL of a copy.';
      throw kernelError('USAGE', {
        what,
        usage: usageOf('migrate:rehearse', migrateRehearse),
        command: 'migrate:rehearse',
      });
    }
    const config = openConfig(context);
    if (URL.canParse(on)) context.conceal([new URL(on).password].filter((secret) => secret.length > 0));
    const project = openProject(config);
    const { observer, end } = openProgress(context);
    using interrupt = openInterrupt(context);
    try {
      const { rehearsal, error } = await rehearseProject(project, { on, observer, signal: interrupt.signal });
      if (rehearsal.steps.length === 0 && error === null) {
        return { json: { ...rehearsal, file: null, error }, text: () => 'Nothing is pending.' };
      }
      const out = values.get('out');
      const file = out === undefined ? recordFile(config.root, rehearsal) : resolve(context.cwd, out);
      const failure = write(file, rehearsal, context);
      const ending = error ?? failure;
      return {
        json: { ...rehearsal, file: failure === null ? file : null, error: ending },
        text: (colors) =>
          [
            explainRehearsal(rehearsal, colors),
            ...(failure === null ? [`Recorded in ${relative(context.cwd, file)}`] : []),
          ].join('\n'),
        ...(ending !== null && { error: ending }),
      };
    } finally {
      end();
      await project.connections.close();
    }
  },
};

/** A signal that the first Ctrl-C aborts. A second one ends the process. */
function openInterrupt({ interruption }: Context): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  const abort = (): void => controller.abort(new Error('interrupted'));
  process.once('SIGINT', abort).once('SIGTERM', abort);
  return {
    signal: AbortSignal.any([controller.signal, interruption()]),
    [Symbol.dispose]: () => void process.off('SIGINT', abort).off('SIGTERM', abort),
  };
}

/** Returns the file for a rehearsal in the folder of the project, which tells git to ignore what is in it. */
function recordFile(root: string, { startedAt }: Rehearsal): string {
  return join(root, rehearsalFolder, `${startedAt.replaceAll(':', '-')}.json`);
}

/** Writes a rehearsal. Returns the error if that fails: the copy is upgraded, and the report must not be lost. */
function write(file: string, rehearsal: Rehearsal, { redact }: Context): KernelError | null {
  try {
    mkdirSync(dirname(file), { recursive: true });
    const ignore = join(dirname(file), '.gitignore');
    if (dirname(file).endsWith(rehearsalFolder)) writeFileSync(ignore, '*\n');
    writeFileSync(file, `${redact(JSON.stringify(rehearsal, null, 2))}\n`);
    return null;
  } catch (error) {
    return devError('REHEARSAL_UNWRITABLE', { file, reason: explainFileError(error) }, { cause: error });
  }
}
