import { expect } from 'vitest';
import type { DatabaseTarget } from '../../../core/kernel/src/config/config.ts';
import { openSession } from '../../../core/kernel/src/db/session.ts';
import { emptyDatabase, urlOf, type DatabaseKind } from '../../helper/database.ts';
import type { Finished } from '../../helper/kernel-process.ts';
import { makeProject, type PluginSketch, type Project, type ProjectSketch } from '../../helper/project.ts';

/** An application on an empty database, run by the installed command. */
export interface Application extends Project {
  readonly target: DatabaseTarget;
  /** Queries its database. No command may run meanwhile. */
  readonly query: (text: string) => Promise<readonly Record<string, unknown>[]>;
  /** Returns the ids in the ledger, in order. */
  readonly applied: () => Promise<readonly unknown[]>;
}

/** Makes an application whose plugin zero has no tables. */
export async function makeApplication(
  kind: DatabaseKind,
  plugins: Readonly<Record<string, PluginSketch>>,
  config: ProjectSketch['config'] = {},
): Promise<Application> {
  const target = await emptyDatabase(kind);
  const project = await makeProject({ plugins: { core: {}, ...plugins }, database: target, config });
  const query: Application['query'] = async (text) => {
    const session = await openSession(target);
    try {
      return await session.query(text);
    } finally {
      await session.close();
    }
  };
  const applied = async (): Promise<readonly unknown[]> =>
    (await query(`select plugin || '@' || slug as id from kernel.ledger order by seq`)).map(({ id }) => id);
  return { ...project, target, query, applied };
}

/** A way to apply `ids`, all revisions of an application. Returns the last command that ran. */
export type Way = (application: Application, ids: readonly string[]) => Promise<Finished>;

/** All ways to apply revisions. They must have the same effect. */
export const ways: readonly (readonly [name: string, way: Way])[] = [
  ['in one command', ({ kernel }) => kernel('migrate:up', '--json')],
  [
    'with a command for each',
    async ({ kernel }, ids) => {
      let last: Finished | null = null;
      for (const id of ids) {
        last = await kernel('migrate:up', id, '--json');
        if (last.code !== 0) break;
      }
      if (last === null) throw new Error('there are no revisions');
      return last;
    },
  ],
];

/** Writes a code revision. `up` is the body of an async function with `query` and `sql`. */
export function writeCode(
  { write }: Project,
  id: string,
  revises: string | null,
  up: string,
  dependsOn: readonly string[] = [],
): void {
  const [plugin = '', slug = ''] = id.split('@');
  const edges = `revises: ${JSON.stringify(revises)}, dependsOn: ${JSON.stringify(dependsOn)}`;
  const fields = `id: '${id}', ${edges}, version: 1`;
  write(
    `plugins/${plugin}/src/migrations/${slug}.js`,
    `import { defineRevision } from '@headwater/kernel/plugin';
export default defineRevision({ ${fields}, up: async ({ query, sql }) => { ${up} } });
`,
  );
}

/** Returns the name of the application's database on the server. */
export function databaseNameOf({ target }: Application): string {
  return new URL(urlOf(target)).pathname.slice(1);
}

/** Returns a plugin with the revisions 0001, 0002, … */
export function pluginOf(...ups: readonly string[]): PluginSketch {
  return { revisions: Object.fromEntries(ups.map((up, i) => [slugOf(i), up])) };
}

/** Returns the ids of the revisions of {@link pluginOf}. */
export function idsOf(plugin: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => `${plugin}@${slugOf(i)}`);
}

function slugOf(i: number): string {
  return String(i + 1).padStart(4, '0');
}

/** Checks that a command with `--json` failed with this error, and returns the error. */
export function failureOf(done: Finished, exitCode: number, code: string): Failure {
  const { error } = done.json() as { readonly error?: Failure };
  expect(error, done.stdout).toMatchObject({ code, exitCode });
  expect(done.code).toBe(exitCode);
  // Checked above.
  return error as Failure;
}

/** An error as `--json` prints it. */
export interface Failure {
  readonly message: string;
  readonly hint: string;
  readonly written: string;
  readonly details: Readonly<Record<string, unknown>>;
}
