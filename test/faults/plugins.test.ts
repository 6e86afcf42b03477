import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { emptyDatabase } from '../helper/database.ts';
import type { Finished } from '../helper/kernel-process.ts';
import { makeProject, type Project } from '../helper/project.ts';

const never = '() => new Promise(() => {})';
const throws = `() => { throw new Error('broken on purpose'); }`;

/**
 * Makes a project with the plugin `faulty`, which has `fields`, and the plugin `steady`, which logs its start and stop.
 */
async function faultyProject(fields: string, topLevel = ''): Promise<Project> {
  const say = (text: string): string => `() => { process.stderr.write('${text}\\n'); }`;
  const project = await makeProject({
    plugins: {
      core: {},
      steady: { fields: `start: ${say('steady is up')}, stop: ${say('steady is down')}` },
      faulty: { fields, requires: ['steady'], config: { $startTimeout: 1 } },
    },
    database: await emptyDatabase('postgres'),
  });
  if (topLevel !== '') {
    project.write(
      'plugins/faulty/src/index.js',
      `import { definePlugin } from '@headwater/kernel/plugin';\n${topLevel}\nexport default definePlugin({ name: 'faulty' });\n`,
    );
  }
  return project;
}

/** The outcome of a process. */
interface Verdict {
  readonly exit: number | null;
  readonly code: string | undefined;
  readonly plugin: string | undefined;
  readonly message: unknown;
  /** The messages of the plugin `steady`. */
  readonly steady: readonly string[];
}

function verdictOf({ code: exit, stdout, stderr }: Finished): Verdict {
  const [message, code, plugin] = /error (\w+): The plugin "(\w+)" \(@headwater\/plugin-.*/.exec(stderr) ?? [
    stdout + stderr,
  ];
  return { exit, code, plugin, message, steady: Array.from(stderr.matchAll(/steady is (\w+)/g), ([, is = '']) => is) };
}

/** Returns the expected outcome of every fault: a refusal that names the plugin and the phase. */
function refused(code: string, phase: string, steady: readonly string[]): Verdict {
  return { exit: 12, code, plugin: 'faulty', message: expect.stringContaining(phase), steady };
}

// A time limit in milliseconds that suffices for a process on a busy machine.
const limit = 20_000;

describe('F-45: a plugin that fails before the kernel connects', () => {
  it.concurrent.each([
    ['throws at import', `throw new Error('broken on purpose');`, 'PLUGIN_LOAD_FAILED', 'import'],
    ['hangs at import', 'await new Promise(() => {});', 'PLUGIN_PHASE_TIMEOUT', 'finish importing within 1 s'],
    ['exits the process at import', 'process.exit(0);', 'PLUGIN_ENDED_PROCESS', 'import'],
    ['rejects after its import', `void Promise.reject(new Error('late')); await 1;`, 'PLUGIN_STRAY_ERROR', 'import'],
  ])(
    'that %s is named with its phase, and no plugin starts',
    async (_, topLevel, code, phase) => {
      const project = await faultyProject('', topLevel);
      const finished = await project.kernel('start');
      expect(verdictOf(finished)).toEqual(refused(code, phase, []));
    },
    limit,
  );

  it.concurrent.each([
    ['throws', throws, 'PLUGIN_BIND_FAILED'],
    ['returns a promise', 'async () => {}', 'PLUGIN_BIND_FAILED'],
    ['exits the process', '() => process.exit(0)', 'PLUGIN_ENDED_PROCESS'],
  ])(
    'that %s in bind is named with its phase, and no plugin starts',
    async (_, bind, code) => {
      const project = await faultyProject(`bind: ${bind}`);
      const finished = await project.kernel('start');
      expect(verdictOf(finished)).toEqual(refused(code, 'bind', []));
    },
    limit,
  );
});

describe('F-45: a plugin that fails while the application starts or stops', () => {
  it.concurrent.each([
    ['throws in start', `start: ${throws}`, 'PLUGIN_PHASE_FAILED', 'failed to start: broken on purpose'],
    ['hangs in start', `start: ${never}`, 'PLUGIN_PHASE_TIMEOUT', 'did not start within 1 s'],
    [
      'throws in a timer while it starts',
      `start: () => { setTimeout(${throws}, 50); return new Promise(() => {}); }`,
      'PLUGIN_STRAY_ERROR',
      'start',
    ],
    ['throws in stop', `stop: ${throws}`, 'PLUGIN_PHASE_FAILED', 'failed to stop: broken on purpose'],
    ['hangs in stop', `stop: ${never}`, 'PLUGIN_PHASE_TIMEOUT', 'did not stop within 1 s'],
    [
      'fails with a server still open',
      `start: () => { setInterval(() => {}, 1000); throw new Error('no'); }`,
      'PLUGIN_PHASE_FAILED',
      'failed to start: no',
    ],
  ])(
    'that %s is named with its phase, and the started plugins are stopped',
    async (_, fields, code, phase) => {
      const project = await faultyProject(fields);
      const finished = await project.kernel('start', '--once');
      expect(verdictOf(finished)).toEqual(refused(code, phase, ['up', 'down']));
    },
    limit,
  );

  it(
    'that exits the process in start is named, and the exit code is not 0',
    async () => {
      const project = await faultyProject('start: () => process.exit(0)');
      const finished = await project.kernel('start');
      // An exiting process cannot wait for `stop`.
      expect(verdictOf(finished)).toEqual(refused('PLUGIN_ENDED_PROCESS', 'start', ['up']));
    },
    limit,
  );
});

describe('F-45: a code revision that leaves its function', () => {
  const later = 'void query(sql`select pg_sleep(5)`).catch(() => {}); await 1;';

  it.concurrent.each([
    ['exits the process', 'process.exit(0);', 'PLUGIN_ENDED_PROCESS', false],
    ['exits the process while its query runs', `${later} process.exit(0);`, 'PLUGIN_ENDED_PROCESS', false],
    [
      'rejects while it runs',
      `void Promise.reject(new Error('late')); await query(sql\`select pg_sleep(1)\`);`,
      'PLUGIN_STRAY_ERROR',
      false,
    ],
    [
      'throws in a timer while it runs',
      `setTimeout(${throws}, 1); await query(sql\`select pg_sleep(1)\`);`,
      'PLUGIN_STRAY_ERROR',
      false,
    ],
    [
      'rejects during a later revision',
      `setTimeout(() => Promise.reject(new Error('late')), 300);`,
      'PLUGIN_STRAY_ERROR',
      true,
    ],
    ['queries during a later revision', 'setTimeout(() => query(sql`select 1`), 300);', 'ENVELOPE_VIOLATED', true],
  ])(
    'and %s is named, and the exit code is not 0',
    async (_, body, code, isApplied) => {
      const fields = `up: async ({ query, sql }) => { ${body} }, version: 1`;
      const database = await emptyDatabase('postgres');
      const project = await makeProject({
        plugins: {
          core: { revisions: { '0001_table': 'create table a (x int)' } },
          faulty: {
            revisions: { '0001_code': { up: '', fields }, '0002_slow': 'select pg_sleep(1)', '0003_last': 'select 1' },
          },
        },
        database,
      });
      const finished = await project.kernel('migrate:up');
      expect(finished.code).toBe(code === 'ENVELOPE_VIOLATED' ? 35 : 12);
      expect(finished.stderr).toContain(`error ${code}: `);
      expect(finished.stderr).toMatch(/"faulty" .* during revision faulty@0001_code|Revision "faulty@0001_code"/);
      // The killed command's transaction is rolled back, and the next command applies the rest.
      project.write('plugins/faulty/src/migrations/0001_code.js', codeRevision);
      const next = await project.kernel('migrate:up', '--json');
      const { applied } = next.json() as { applied: readonly string[] };
      expect(applied.includes('faulty@0001_code')).toBe(!isApplied);
      expect(applied).toContain('faulty@0003_last');
    },
    limit,
  );
});

/** The revision after its repair. */
const codeRevision = `import { defineRevision } from '@headwater/kernel/plugin';

export default defineRevision({ id: 'faulty@0001_code', revises: null, up: async () => {}, version: 1 });
`;

describe('F-45: a plugin that fails after the application is ready', () => {
  it.concurrent.each([
    ['rejects late', `start: () => { setTimeout(() => Promise.reject(new Error('late')), 300); }`],
    ['throws in a timer, again and again', `start: () => { setInterval(${throws}, 300); }`],
  ])(
    'that %s is named with the phase that caused it, and the application stops',
    async (_, fields) => {
      const project = await faultyProject(fields);
      const kernel = project.start('start');
      await kernel.says('ready in');
      const finished = await Promise.race([kernel.finished, sleep(limit)]);
      if (finished === undefined) throw new Error('the application does not stop');
      expect(verdictOf(finished)).toEqual(refused('PLUGIN_STRAY_ERROR', 'start', ['up', 'down']));
    },
    limit,
  );

  it(
    'and then hangs in stop is reported with its first failure',
    async () => {
      const project = await faultyProject(
        `start: () => { setTimeout(() => Promise.reject(new Error('late')), 300); }, stop: ${never}`,
      );
      const finished = await project.kernel('start');
      expect(verdictOf(finished)).toEqual(refused('PLUGIN_STRAY_ERROR', 'start', ['up', 'down']));
    },
    limit,
  );
});
