import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeProject, type Project } from '../../../../test/helper/project.ts';
import packageFile from '../../package.json' with { type: 'json' };
import { commandTable } from '../../src/cli/command-table.ts';
import { complaintIn, ok, refusalIn } from './support.ts';

const { version } = packageFile;
const ofDev = commandTable.filter(({ from }) => from === 'dev').map(({ name }) => name);

async function withoutDev(): Promise<Project> {
  const project = await makeProject({ plugins: { core: { built: true } } });
  rmSync(join(project.cwd, 'node_modules/@headwater/dev'));
  return project;
}

/** A project whose `@headwater/dev` writes a file and throws as soon as any of its code runs. */
async function withThrowingDev(devVersion: string): Promise<Project> {
  const project = await withoutDev();
  const folder = 'node_modules/@headwater/dev';
  const fields = {
    name: '@headwater/dev',
    version: devVersion,
    type: 'module',
    exports: { './commands': './commands.js' },
  };
  project.write(`${folder}/package.json`, JSON.stringify(fields));
  project.write(
    `${folder}/commands.js`,
    `import { writeFileSync } from 'node:fs';
    writeFileSync(${JSON.stringify(join(project.cwd, 'imported'))}, '');
    throw new Error('the code of dev was run');`,
  );
  return project;
}

describe('without @headwater/dev', () => {
  it('help still lists its commands in their groups', async () => {
    const project = await withoutDev();
    const { stdout } = ok(await project.kernel('--help'));
    const [, migrations = ''] = /^Migrations:\n((?: {2}.*\n)+)/m.exec(stdout) ?? [];
    for (const name of ofDev.filter((one) => one.startsWith('migrate:'))) expect(migrations).toContain(`  ${name} `);
    expect(stdout).toMatch(/^Plugins:\n(?: {2}.*\n)* {2}plugin:build /m);
  });

  it.each(ofDev)('%s and its help are rejected, with the command that installs the package', async (name) => {
    const project = await withoutDev();
    for (const line of [[name], [name, '--help'], ['help', name]]) {
      const text = complaintIn(await project.kernel(...line), 12);
      expect(text).toContain(`DEV_NOT_INSTALLED: kernel ${name} is a command of @headwater/dev`);
      expect(text).toContain(`npm install --save-dev @headwater/dev@${version}`);
      expect(text).toContain('Nothing was written.');
    }
  });

  it('the error names the project root, where the package is expected', async () => {
    const project = await withoutDev();
    const inner = join(project.cwd, 'plugins/core/src');
    mkdirSync(inner, { recursive: true });
    const refusal = refusalIn(await project.kernelWith({ cwd: inner }, 'migrate:create', 'core', '--json'));
    expect(refusal).toMatchObject({ code: 'DEV_NOT_INSTALLED', details: { command: 'migrate:create', version } });
    const configured = ['migrate:create', 'core', '--json', '--config', join(project.cwd, 'config.json')];
    expect(refusalIn(await project.kernelWith({ cwd: inner }, ...configured)).details['root']).toBe(project.cwd);
  });

  it('shells complete the names of its commands, but not their options', async () => {
    const project = await withoutDev();
    expect(ok(await project.kernel('__complete', 'kernel migrate:cr')).stdout).toBe('migrate:create\n');
    expect(await project.kernel('__complete', 'kernel migrate:create --')).toMatchObject({ code: 0, stdout: '' });
  });
});

describe('@headwater/dev with a different version', () => {
  it('is rejected before any of its code is imported', async () => {
    const project = await withThrowingDev('9.9.9');
    const text = complaintIn(await project.kernel('migrate:create', 'core'), 14);
    expect(text).toMatch(/DEV_VERSION_DIFFERS: .*9\.9\.9/);
    expect(text).toContain(version);
    expect(text).toContain(`npm install --save-dev @headwater/dev@${version}`);
    expect(existsSync(join(project.cwd, 'imported'))).toBe(false);
  });

  it('is rejected before any of its code is imported if it would use another copy of the kernel', async () => {
    const project = await withThrowingDev(version);
    const beside = 'node_modules/@headwater/dev/node_modules/@headwater/kernel';
    project.write(`${beside}/package.json`, JSON.stringify({ name: '@headwater/kernel', version }));
    const refusal = refusalIn(await project.kernel('migrate:create', 'core', '--json'));
    expect(refusal).toMatchObject({ code: 'DEV_VERSION_DIFFERS', exitCode: 14 });
    expect(refusal.message).toContain(join(project.cwd, beside));
    expect(existsSync(join(project.cwd, 'imported'))).toBe(false);
  });

  it('is imported if its version matches, which shows that only the difference was rejected above', async () => {
    const project = await withThrowingDev(version);
    expect((await project.kernel('migrate:create', 'core')).stderr).toContain('the code of dev was run');
    expect(existsSync(join(project.cwd, 'imported'))).toBe(true);
  });
});
