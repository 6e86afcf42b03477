import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { emptyDatabase } from '../../../../test/helper/database.ts';
import { kernelBin } from '../../../../test/helper/kernel-process.ts';
import { makeProject, type Project } from '../../../../test/helper/project.ts';
import { colorsIf, wantsColor } from '../../src/cli/colors.ts';
import { community, complaintIn, ok, refusalIn } from './support.ts';

const escape = '\u001b[';

/** Whether this machine has `script` from util-linux, which opens a terminal. These tests are skipped without it. */
const terminals = /util-linux/.test(spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout);

async function onTerminal(
  cwd: string,
  env: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<string> {
  const line = [process.execPath, kernelBin(cwd), ...args].map((word) => `'${word}'`).join(' ');
  const { NO_COLOR: _, FORCE_COLOR: __, ...inherited } = process.env;
  const all = { ...inherited, TERM: 'xterm', ...env };
  const child = spawn('script', ['-qec', line, '/dev/null'], { cwd, env: all, stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end();
  return text(child.stdout);
}

describe('colors', () => {
  it('depend on the stream and the environment', () => {
    expect(colorsIf(true).red('x')).toBe(`${escape}31mx${escape}39m`);
    expect(colorsIf(false).red('x')).toBe('x');
    expect(wantsColor(true, {})).toBe(true);
    expect(wantsColor(false, {})).toBe(false);
    expect(wantsColor(true, { NO_COLOR: '' })).toBe(true);
    expect(wantsColor(true, { NO_COLOR: '1' })).toBe(false);
    expect(wantsColor(true, { TERM: 'dumb' })).toBe(false);
    expect(wantsColor(false, { FORCE_COLOR: '1' })).toBe(true);
    expect(wantsColor(true, { FORCE_COLOR: '0' })).toBe(false);
    expect(wantsColor(true, { FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false);
  });

  it('are not written to a pipe', async () => {
    const project = await makeProject({ plugins: community, database: await emptyDatabase('postgres') });
    const done = await project.kernelWith({ env: { NO_COLOR: '' } }, 'migrate:up');
    expect(ok(done).stdout).not.toContain(escape);
    const refused = await project.kernelWith({ env: { NO_COLOR: '' } }, 'migrate:up', 'nowhere');
    expect(refused.stderr).toContain('error ');
    expect(refused.stderr).not.toContain(escape);
  });

  it('are written to a terminal, except with NO_COLOR or on a dumb terminal', async () => {
    if (!terminals) return;
    const project = await makeProject({ plugins: community, database: await emptyDatabase('postgres') });
    expect(await onTerminal(project.cwd, {}, 'migrate:up', 'nowhere')).toContain(escape);
    expect(await onTerminal(project.cwd, {}, 'migrate:up')).toContain(escape);
    expect(await onTerminal(project.cwd, { NO_COLOR: '1' }, 'migrate:up', 'nowhere')).not.toContain(`${escape}3`);
    expect(await onTerminal(project.cwd, { TERM: 'dumb' }, 'migrate:up', 'nowhere')).not.toContain(`${escape}3`);
    expect(await onTerminal(project.cwd, { FORCE_COLOR: '1' }, 'migrate:up', 'nowhere', '--json')).not.toContain(
      escape,
    );
  });
});

describe.concurrent('progress', () => {
  const slow = { core: { revisions: { '0001_slow': 'select pg_sleep(1.3)', '0002_next': 'select 1' } } };

  it('appears on a terminal after a second, and is erased at the end', async () => {
    if (!terminals) return;
    const project = await makeProject({ plugins: slow, database: await emptyDatabase('postgres') });
    const seen = await onTerminal(project.cwd, {}, 'migrate:up');
    expect(seen).toContain('1 of 2  core@0001_slow');
    expect(seen.slice(seen.lastIndexOf(`\r${escape}2K`))).not.toContain(' of 2');
  });

  it('is not shown in a log', async () => {
    const project = await makeProject({ plugins: slow, database: await emptyDatabase('postgres') });
    const done = ok(await project.kernel('migrate:up'));
    expect(done.stderr).toBe('');
    expect(done.stdout).toMatch(/2 revisions applied in [1-9]\d*\.\d s/);
  });
});

describe.concurrent('a reader that closes the pipe', () => {
  it.each([
    ['migrate:history', 'stdout'],
    ['migrate:up', 'stdout'],
    ['migrate:down', 'stderr'],
  ] as const)('does not crash kernel %s', async (command, stream) => {
    const project = await makeProject({ plugins: community, database: await emptyDatabase('postgres') });
    const { child, finished } = project.start(command);
    child[stream]?.destroy();
    const done = await finished;
    expect(done).toMatchObject({ code: stream === 'stdout' ? 0 : 2, signal: null });
    expect(stream === 'stdout' ? done.stderr : done.stdout).toBe('');
    if (command === 'migrate:up') expect(await project.kernel('migrate:status')).toMatchObject({ code: 0 });
  });

  it('does not stop a running application', async () => {
    const project = await makeProject({ plugins: community, database: await emptyDatabase('postgres') });
    const { child, says, finished } = project.start('start');
    await says('ready');
    child.stdout?.destroy();
    child.stderr?.destroy();
    await once(child, 'close', { signal: AbortSignal.timeout(300) }).catch(() => {});
    expect(child.exitCode).toBe(null);
    child.kill('SIGTERM');
    expect(await finished).toMatchObject({ code: 0 });
  });
});

describe('--json', () => {
  it('is one document on standard output, whatever a plugin prints there', async () => {
    const project = await makeProject({ plugins: { core: {}, likes: {} } });
    project.write(
      'plugins/likes/src/index.js',
      `import { definePlugin } from '@headwater/kernel/plugin';
      console.log('from the module');
      process.stdout.write('directly\\n');
      export default definePlugin({ name: 'likes', bind() { console.log('from bind'); } });`,
    );
    const done = ok(await project.kernel('start', '--once', '--json'));
    expect(done.json()).toMatchObject({ applied: [] });
    for (const line of ['from the module', 'directly', 'from bind']) expect(done.stderr).toContain(`${line}\n`);
    expect(ok(await project.kernel('start', '--once')).stdout).toContain('from bind\n');
  });
});

describe('an uncaught exception', () => {
  it('ends the process with exit code 1, and is reported once and without a stack', async () => {
    const project = await makeProject({ plugins: community, database: await emptyDatabase('postgres') });
    const file = 'plugins/likes/src/migrations/0001_create_like.js';
    const written = readFileSync(join(project.cwd, file), 'utf8');
    project.write(file, `${written}\nsetTimeout(() => { throw new TypeError('first line\\nsecond line'); });\n`);
    const told = complaintIn(await project.kernel('migrate:history'), 1);
    expect(told).toMatch(/^error INTERNAL: .*first line\.$/m);
    expect(told).not.toContain('second line');
    expect(told).toContain('--debug');
    expect(refusalIn(await project.kernel('migrate:history', '--json'))).toMatchObject({
      code: 'INTERNAL',
      exitCode: 1,
    });
    expect((await project.kernel('migrate:history', '--debug')).stderr).toMatch(
      /second line\n +at .*0001_create_like\.js/,
    );
  });
});

describe('a process that exits before its command has finished', () => {
  const file = 'plugins/likes/src/migrations/0001_create_like.js';

  async function withFirstLine(line: string): Promise<Project> {
    const project = await makeProject({ plugins: community, database: await emptyDatabase('postgres') });
    project.write(file, `${line}\n${readFileSync(join(project.cwd, file), 'utf8')}`);
    return project;
  }

  it('fails: a promise that never settles is reported with the file that awaits it', async () => {
    const project = await withFirstLine('await new Promise(() => {});');
    const told = complaintIn(await project.kernel('migrate:up'), 13);
    expect(told).toMatch(
      /^error REVISION_FILE_UNLOADABLE: .*0001_create_like\.js .*awaits something that never happens/m,
    );
  });

  it('fails: a call of process.exit is reported, and --debug shows where it is', async () => {
    const project = await withFirstLine('process.exit(0);');
    expect(complaintIn(await project.kernel('migrate:up'), 1)).toMatch(/exited before the command had finished/);
    expect((await project.kernel('migrate:up', '--debug')).stderr).toContain('0001_create_like.js:1');
    expect(refusalIn(await project.kernel('migrate:up', '--json'))).toMatchObject({ code: 'INTERNAL' });
  });
});

describe('input that a message quotes', () => {
  it('cannot control a terminal', async () => {
    const project = await makeProject({ plugins: community, database: await emptyDatabase('postgres') });
    for (const line of [['a\u001b[31mb\u0007'], ['migrate:up', 'a\u001b[31mb\u0007']]) {
      const told = complaintIn(await project.kernel(...line), 2);
      expect(told).toContain('a\\u001b[31mb\\u0007');
      expect(told).not.toContain(escape);
    }
  });
});

describe('--debug', () => {
  it('adds the stacks of the error and its causes to standard error, and changes nothing else', async () => {
    const project = await makeProject({ database: 'postgres://127.0.0.1:1/nowhere' });
    const plain = await project.kernel('migrate:status');
    const debug = await project.kernel('migrate:status', '--debug');
    expect(plain.stderr).not.toMatch(/^ +at /m);
    expect(debug).toMatchObject({ code: 20, stdout: '' });
    expect(debug.stderr).toContain(plain.stderr.trim());
    expect(debug.stderr).toMatch(/^ +at .*\bconnect\b.*open\.js/m);
    expect(debug.stderr).toMatch(/ECONNREFUSED/);
    const both = await project.kernel('migrate:status', '--debug', '--json');
    expect(both.json()).toMatchObject({ error: { code: 'DATABASE_UNREACHABLE' } });
    expect(both.stdout).not.toMatch(/^ +at /m);
    expect(both.stderr).toMatch(/^ +at /m);
  });
});
