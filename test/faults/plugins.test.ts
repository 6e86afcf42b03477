import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { emptyDatabase } from '../helper/database.ts';
import type { Finished } from '../helper/kernel-process.ts';
import { makeProject, type Project } from '../helper/project.ts';

const never = '() => new Promise(() => {})';
const throws = `() => { throw new Error('broken on purpose'); }`;

/** A project whose plugin `faulty` does as `fields` say, beside `steady`, which it requires and which says what it does. */
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

/** What a process came to. */
interface Verdict {
  readonly exit: number | null;
  readonly code: string | undefined;
  readonly plugin: string | undefined;
  readonly message: unknown;
  /** What the plugin beside the faulty one said of itself. */
  readonly steady: readonly string[];
}

function verdictOf({ code: exit, stdout, stderr }: Finished): Verdict {
  const [message, code, plugin] = /error (\w+): The plugin "(\w+)" \(@headwater\/plugin-.*/.exec(stderr) ?? [
    stdout + stderr,
  ];
  return { exit, code, plugin, message, steady: Array.from(stderr.matchAll(/steady is (\w+)/g), ([, is = '']) => is) };
}

/** What every fault has in common: it ends the process with a refusal that names plugin and phase. */
function refused(code: string, phase: string, steady: readonly string[]): Verdict {
  return { exit: 12, code, plugin: 'faulty', message: expect.stringContaining(phase), steady };
}

// Each is a process of its own on a machine that may be busy; none may take longer than this.
const limit = 20_000;

describe('F-45: a plugin that fails before anything is connected', () => {
  it.concurrent.each([
    ['throws at import', `throw new Error('broken on purpose');`, 'PLUGIN_LOAD_FAILED', 'import'],
    ['hangs at import', 'await new Promise(() => {});', 'PLUGIN_PHASE_TIMEOUT', 'finish importing within 1 s'],
    ['exits the process at import', 'process.exit(0);', 'PLUGIN_ENDED_PROCESS', 'import'],
    [
      'rejects late since its import',
      `void Promise.reject(new Error('late')); await 1;`,
      'PLUGIN_STRAY_ERROR',
      'import',
    ],
  ])(
    'that %s is named with its phase, and nothing has started',
    async (_, topLevel, code, phase) => {
      const project = await faultyProject('', topLevel);
      const finished = await project.kernel('start');
      expect(verdictOf(finished)).toEqual(refused(code, phase, []));
    },
    limit,
  );

  it.concurrent.each([
    ['throws', throws, 'PLUGIN_BIND_FAILED'],
    ['gives a promise', 'async () => {}', 'PLUGIN_BIND_FAILED'],
    ['exits the process', '() => process.exit(0)', 'PLUGIN_ENDED_PROCESS'],
  ])(
    'that %s in bind is named with its phase, and nothing has started',
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
    'that %s is named with its phase, and what had started is stopped',
    async (_, fields, code, phase) => {
      const project = await faultyProject(fields);
      const finished = await project.kernel('start', '--once');
      expect(verdictOf(finished)).toEqual(refused(code, phase, ['up', 'down']));
    },
    limit,
  );

  it(
    'that exits the process in start is named, and the exit is none of success',
    async () => {
      const project = await faultyProject('start: () => process.exit(0)');
      const finished = await project.kernel('start');
      // Nothing can be awaited any more.
      expect(verdictOf(finished)).toEqual(refused('PLUGIN_ENDED_PROCESS', 'start', ['up']));
    },
    limit,
  );
});

describe('F-45: a plugin that fails after the application was ready', () => {
  it.concurrent.each([
    ['rejects late', `start: () => { setTimeout(() => Promise.reject(new Error('late')), 300); }`],
    ['throws in a timer, again and again', `start: () => { setInterval(${throws}, 300); }`],
  ])(
    'that %s is named with the phase that left it behind, and the application stops',
    async (_, fields) => {
      const project = await faultyProject(fields);
      const kernel = project.start('start');
      await kernel.says('ready in');
      const finished = await Promise.race([kernel.finished, sleep(limit)]);
      if (finished === undefined) throw new Error('it goes on');
      expect(verdictOf(finished)).toEqual(refused('PLUGIN_STRAY_ERROR', 'start', ['up', 'down']));
    },
    limit,
  );

  it(
    'and hangs in stop then, too: its first failure is what is told',
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
