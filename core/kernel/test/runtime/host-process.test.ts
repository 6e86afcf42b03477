import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds, emptyDatabase } from '../../../../test/helper/database.ts';
import { workspaceKernel } from '../../../../test/helper/kernel-process.ts';
import { makeProject, type Project } from '../../../../test/helper/project.ts';
import packageFile from '../../package.json' with { type: 'json' };
import { community, matching } from '../cli/support.ts';
import { changesIn, hostProgram, type ProcessChanges } from './probe.ts';

const run = promisify(execFile);

/** The changes that must not occur in a host process. */
const unchanged = { switches: [], underSwitch: [], hooks: 0, compileCache: false, listeners: [] };

/** Runs a host program, which has the kernel as a package, and returns its output. */
async function runHost({ cwd }: Project, code: string, options: readonly string[] = []): Promise<string> {
  // Vitest's own workers set both.
  const { NODE_OPTIONS: _, NODE_COMPILE_CACHE: __, ...env } = process.env;
  const args = [...options, '--input-type=module', '--eval', code];
  return (await run(process.execPath, args, { cwd, env })).stdout;
}

const changesBy = async (project: Project, code: string): Promise<ProcessChanges> =>
  changesIn(await runHost(project, hostProgram(code)));

describe.each(databaseKinds)('a host process on %s', (kind) => {
  let project: Project;
  beforeAll(async () => {
    const plugins = Object.entries(community).map(([name, sketch]) => [name, { ...sketch, built: true }] as const);
    project = await makeProject({ plugins: Object.fromEntries(plugins), database: await emptyDatabase(kind) });
  });

  it('is not changed by importing the kernel’s doors', async () => {
    const doors = Object.keys(packageFile.exports).filter((door) => !door.endsWith('.json'));
    const imports = doors.map((door) => `await import('@headwater/kernel${door.slice(1)}');`);
    expect(await changesBy(project, imports.join('\n'))).toMatchObject(unchanged);
  });

  it('is not changed by boot(), neither while the application runs nor after it has stopped', async () => {
    const program = `
      const { boot } = await import('@headwater/kernel');
      const app = await boot();
      console.log(JSON.stringify(changes()));
      await app.stop();`;
    const [running = '', stopped = ''] = (await runHost(project, hostProgram(program))).trim().split('\n');
    expect(changesIn(running)).toMatchObject(unchanged);
    expect(changesIn(stopped)).toMatchObject(unchanged);
  });

  it('is not changed by main(), whatever the command', async () => {
    const lines = [['start', '--once', '--json'], ['migrate:status', '--json'], ['migrate:up', 'nowhere'], ['--help']];
    const calls = lines.map((argv) => `await main(${JSON.stringify(argv)});`);
    const program = `const { main } = await import('@headwater/kernel/cli');\n${calls.join('\n')}`;
    expect(await changesBy(project, program)).toMatchObject(unchanged);
  });
});

describe('main() in a host process', () => {
  let project: Project;
  beforeAll(async () => {
    project = await makeProject({ plugins: { core: {} }, database: await emptyDatabase('postgres') });
  });

  it('leaves later errors to the host, and does not end its process', async () => {
    const program = `
      const { main } = await import('@headwater/kernel/cli');
      await main(['migrate:heads', '--json']);
      setTimeout(() => { throw new TypeError('an error of the host'); }, 1500);`;
    const failure: unknown = await runHost(project, program).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 1, stderr: matching(/TypeError: an error of the host\n +at /) });
    expect(failure).not.toMatchObject({ stderr: matching(/INTERNAL/) });
  });
});

describe('a linked plugin in a host process', () => {
  const program = `
    const { boot } = await import('@headwater/kernel');
    const app = await boot().catch((error) => error);
    console.log(app.hint ?? 'started');
    await app.stop?.();`;

  it('runs from its build; without one, the error names the Node option that makes it run from sources', async () => {
    const project = await makeProject({ plugins: { core: {}, likes: {} } });
    const stdout = await runHost(project, hostProgram(program));
    expect(stdout).toContain('--conditions=headwater-source');
    expect(changesIn(stdout)).toMatchObject(unchanged);
  });

  it('runs from sources, without a hook, if Node was started with the source condition', async () => {
    const project = await makeProject({ kernel: workspaceKernel, plugins: { core: {}, likes: {} } });
    const stdout = await runHost(project, hostProgram(program), ['--conditions=headwater-source']);
    expect(stdout).toMatch(/^started$/m);
    expect(changesIn(stdout)).toMatchObject(unchanged);
  });
});
