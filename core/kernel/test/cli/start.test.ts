import { describe, expect, it, onTestFinished } from 'vitest';
import { emptyDatabase, onServer } from '../../../../test/helper/database.ts';
import type { KernelProcess } from '../../../../test/helper/kernel-process.ts';
import { makeProject, type PluginSketch, type Project } from '../../../../test/helper/project.ts';
import { complaintIn, ok, refusalIn, serverDatabase } from './support.ts';

const core: PluginSketch = { revisions: { '0001_create_objects': 'create table core_object (id int primary key)' } };

/** Starts `kernel start`, and kills it at the end of the test if it is still running. */
function started(project: Project, ...args: readonly string[]): KernelProcess {
  const process = project.start('start', ...args);
  onTestFinished(() => void process.child.kill('SIGKILL'));
  return process;
}

/** Returns the entries that plugins logged, as `plugin message`. */
function logged(stderr: string): readonly string[] {
  const lines = stderr.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => {
    const { plugin, msg } = JSON.parse(line) as { readonly plugin: string; readonly msg: string };
    return `${plugin} ${msg}`;
  });
}

/** A plugin that logs when it starts and stops. */
function telling(more: PluginSketch = {}): PluginSketch {
  return {
    fields: `start({ log }) { log.info('is up'); }, stop({ log }) { log.info('is down'); }`,
    ...more,
  };
}

describe('kernel start', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'keeps running until %s, then stops the plugins in reverse order and exits with 0',
    async (signal) => {
      const database = await emptyDatabase('postgres');
      const plugins = { core: telling(core), likes: telling(), stickers: telling({ requires: ['likes'] }) };
      const project = await makeProject({ database, plugins });
      const app = started(project);
      await app.says('ready');
      await expect(
        Promise.race([app.finished, new Promise((resolve) => setTimeout(resolve, 300, 'up'))]),
      ).resolves.toBe('up');
      app.child.kill(signal);
      const done = ok(await app.finished);
      expect(logged(done.stderr)).toEqual([
        'core is up',
        'likes is up',
        'stickers is up',
        'stickers is down',
        'likes is down',
        'core is down',
      ]);
      expect(done.stdout).toContain('core@0001_create_objects');
    },
  );

  it('prints only one JSON document on standard output, while plugins log to standard error', async () => {
    const project = await makeProject({ database: await emptyDatabase('postgres'), plugins: { core: telling(core) } });
    const app = started(project, '--json');
    await app.says('"applied"');
    app.child.kill('SIGTERM');
    const done = ok(await app.finished);
    expect(done.json()).toMatchObject({ applied: ['core@0001_create_objects'], plugins: [{ name: 'core' }] });
    expect(logged(done.stderr)).toEqual(['core is up', 'core is down']);
    expect(done.stderr.trim().split('\n')).toHaveLength(2);
  });

  it('boots, reports, stops and exits with --once', async () => {
    const project = await makeProject({ database: await emptyDatabase('postgres'), plugins: { core: telling(core) } });
    const first = ok(await project.kernel('start', '--once', '--json'));
    expect(Object.keys(first.json() as object).toSorted()).toEqual(
      ['ahead', 'applied', 'chain', 'database', 'dormant', 'milliseconds', 'plugins', 'stages'].toSorted(),
    );
    const second = ok(await project.kernel('start', '--once'));
    expect(second.stdout).toMatch(/nothing .*pending/i);
    expect(second.stdout).toMatch(/^ready in /m);
    expect(logged(second.stderr)).toEqual(['core is up', 'core is down']);
  });
});

describe('a second signal, or a signal before the application is ready', () => {
  it('ends a process whose plugin hangs while stopping', async () => {
    const hanging = { config: { $startTimeout: 60 }, fields: `stop() { return new Promise(() => {}); }` };
    const project = await makeProject({ database: await emptyDatabase('postgres'), plugins: { core, hanging } });
    const app = started(project);
    await app.says('ready');
    app.child.kill('SIGTERM');
    await app.says('stopping');
    app.child.kill('SIGTERM');
    const done = await app.finished;
    expect(done.signal ?? done.code).toBeOneOf(['SIGTERM', 143]);
  });

  it('ends an upgrade immediately, without leaving a revision half-applied', async () => {
    const { target: database, name } = await serverDatabase();
    const likes: PluginSketch = {
      revisions: {
        '0001_create_like': 'create table likes_like (id int)',
        '0002_take_long': 'create table likes_long (id int); select pg_sleep(20)',
      },
    };
    const project = await makeProject({ database, plugins: { core, likes } });
    ok(await project.kernel('migrate:up', 'core', 'likes@0001'));
    const app = started(project);
    const running = `select count(*)::int as n from pg_stat_activity where datname = '${name}' and pid <> pg_backend_pid()`;
    const sleeping = `${running} and wait_event = 'PgSleep'`;
    await expect.poll(() => onServer(name, sleeping), { timeout: 5000 }).toEqual([{ n: 1 }]);
    const asked = performance.now();
    app.child.kill('SIGTERM');
    const done = await app.finished;
    expect(performance.now() - asked).toBeLessThan(1000);
    expect(done.signal ?? done.code).toBeOneOf(['SIGTERM', 143]);
    await expect.poll(() => onServer(name, running), { timeout: 5000 }).toEqual([{ n: 0 }]);
    expect(await onServer(name, `select to_regclass('likes_long') as there`)).toEqual([{ there: null }]);
    const status = await project.kernel('migrate:status', '--json');
    expect(status).toMatchObject({ code: 3 });
    expect(status.json()).toMatchObject({ pending: ['likes@0002_take_long'] });
  });
});

/** Plugins that fail, each with the expected error code and message, which names the plugin and the reason. */
const failing: readonly (readonly [rule: string, sketch: PluginSketch, code: string, says: RegExp])[] = [
  [
    'throws when it is imported',
    { fields: `get start() { throw new Error('no tide today'); }` },
    'PLUGIN_LOAD_FAILED',
    /"likes" \(@headwater\/plugin-likes 1\.0\.0 .*import.*no tide today/,
  ],
  [
    'throws when it starts',
    { fields: `start() { throw new Error('no tide today'); }` },
    'PLUGIN_PHASE_FAILED',
    /"likes" \(@headwater\/plugin-likes 1\.0\.0\) failed to start: no tide today/,
  ],
  [
    'rejects when it starts',
    { fields: `async start() { throw 'no tide today'; }` },
    'PLUGIN_PHASE_FAILED',
    /"likes" .*failed to start: no tide today/,
  ],
  [
    'hangs when it starts',
    { fields: `start() { return new Promise(() => {}); }`, config: { $startTimeout: 0.5 } },
    'PLUGIN_PHASE_TIMEOUT',
    /"likes" .*did not start within 0\.5 s/,
  ],
  [
    'throws when it stops',
    { fields: `stop() { throw new Error('no tide today'); }` },
    'PLUGIN_PHASE_FAILED',
    /"likes" .*failed to stop: no tide today/,
  ],
  [
    'hangs when it stops',
    { fields: `stop() { return new Promise(() => {}); }`, config: { $startTimeout: 0.5 } },
    'PLUGIN_PHASE_TIMEOUT',
    /"likes" .*did not stop within 0\.5 s/,
  ],
  [
    'ends the process',
    { fields: `start() { process.exit(0); }` },
    'PLUGIN_ENDED_PROCESS',
    /"likes" .*ended the process/,
  ],
  [
    'leaves a promise behind that rejects',
    {
      fields: `start() { void Promise.reject(new Error('no tide today')); return new Promise((r) => setTimeout(r, 500)); }`,
    },
    'PLUGIN_STRAY_ERROR',
    /"likes" .*no tide today/,
  ],
];

describe.concurrent('handles that a plugin leaves open', () => {
  const open = 'setInterval(() => {}, 1000);';

  it.each([
    ['after it was stopped', ['start', '--once'], { fields: `start() { ${open} }` }, 0],
    ['after it failed', ['start'], { fields: `start() { ${open} throw new Error('no tide today'); }` }, 12],
    ['when its code is only checked', ['config:check'], { fields: `get start() { ${open} return undefined; }` }, 0],
  ] as const)('do not keep the process alive: %s', async (_, args, likes, code) => {
    const project = await makeProject({ database: await emptyDatabase('postgres'), plugins: { core, likes } });
    const done = await project.kernel(...args);
    expect(done.code, done.stderr).toBe(code);
    expect(done.stderr).toMatch(/left something open \(Timeout\)/);
  });
});

describe.concurrent('a plugin that fails', () => {
  it('is named even if it fails after it was stopped', async () => {
    const likes = { fields: `stop() { setTimeout(() => { throw new Error('no tide today'); }, 100); }` };
    const project = await makeProject({ database: await emptyDatabase('postgres'), plugins: { core, likes } });
    const done = await project.kernel('start', '--once');
    expect(done.code, done.stderr).toBe(12);
    expect(done.stderr).toMatch(/PLUGIN_STRAY_ERROR: .*"likes" .*during stop, .*no tide today/s);
  });

  it.each(failing)('is named with its phase and exit code 12: it %s', async (_, sketch, code, says) => {
    const project = await makeProject({
      database: await emptyDatabase('postgres'),
      plugins: { core: telling(core), likes: sketch },
    });
    const done = await project.kernel('start', '--once');
    expect(done.code, done.stderr).toBe(12);
    expect(done.stderr).toContain(code);
    expect(done.stderr.replaceAll('\n', ' ')).toMatch(says);
    expect(done.stderr).toContain('npx kernel plugin:disable likes');
    expect(done.stderr.match(/^error /gm)).toHaveLength(1);
    // Plugins that have started are stopped, unless their state is unknown.
    const known = code.startsWith('PLUGIN_PHASE');
    if (known) expect(logged(done.stderr)).toEqual(['core is up', 'core is down']);
  });

  it('is reported once, in one document', async () => {
    const likes = {
      fields: `start() { setTimeout(() => { throw new Error('no tide today'); }); return new Promise(() => {}); }`,
    };
    const project = await makeProject({ database: await emptyDatabase('postgres'), plugins: { core, likes } });
    const done = await project.kernel('start', '--json');
    expect(done).toMatchObject({ code: 12, stderr: '' });
    expect(refusalIn(done)).toMatchObject({ code: 'PLUGIN_STRAY_ERROR', details: { plugin: 'likes', phase: 'start' } });
    expect((await project.kernel('start')).stderr.match(/^error /gm)).toHaveLength(1);
  });

  it('fails before anything connects if its module cannot be loaded', async () => {
    const project = await makeProject({ plugins: { core, likes: {} }, database: 'postgres://127.0.0.1:1/nowhere' });
    project.write('plugins/likes/src/index.js', `throw new Error('no tide today');\n`);
    expect(complaintIn(await project.kernel('start'), 12)).toContain('no tide today');
    project.write('plugins/likes/src/index.js', `export const likes = 1;\n`);
    const refusal = refusalIn(await project.kernel('start', '--json'));
    expect(refusal).toMatchObject({ code: 'PLUGIN_EXPORT_INVALID', details: { plugin: 'likes' } });
  });
});
