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
