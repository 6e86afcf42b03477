import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds, testDatabase } from '../../../../test/helper/database.ts';
import { workspaceKernel } from '../../../../test/helper/kernel-process.ts';
import { makeProject, type Project } from '../../../../test/helper/project.ts';

const root = join(import.meta.dirname, '../../../..');
const run = promisify(execFile);

/** Runs Node in a project, like an author whose plugins run from their sources. */
function node({ cwd }: Project, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  // With this variable the inner runner would report to the outer one and print nothing.
  const { NODE_TEST_CONTEXT: _, ...own } = process.env;
  const all = ['--conditions=headwater-source', ...args];
  return run(process.execPath, all, { cwd, env: { ...own, NO_COLOR: '1', ...env }, timeout: 60_000 });
}

describe('a test kernel without Vitest', () => {
  let project: Project;
  beforeAll(async () => {
    project = await makeProject({ kernel: workspaceKernel });
    const likes = join(project.cwd, 'node_modules/@headwater/plugin-likes');
    mkdirSync(dirname(likes), { recursive: true });
    symlinkSync(join(root, 'plugins/likes'), likes, 'junction');
  });

  it.each(databaseKinds)('runs the examples of the testing guide on %s, chosen by the environment', async (kind) => {
    const guide = readFileSync(join(root, 'docs/guide/testing.md'), 'utf8');
    const examples = Array.from(guide.matchAll(/^```ts\n(\/\/ (\S+)\n[\s\S]*?)\n```$/gm));
    expect(examples.map(([, example = '']) => /startTestKernel|openTestDatabase/.exec(example)?.[0])).toEqual([
      'startTestKernel',
      'openTestDatabase',
    ]);
    for (const [, example = '', file = ''] of examples) project.write(file, example);
    const env = { HEADWATER_TEST_DATABASE: testDatabase(kind) };
    const files = examples.map(([, , file = '']) => file);
    const { stdout } = await node(project, ['--test', '--test-reporter=tap', ...files], env);
    expect(stdout).toMatch(/^# pass 2$/m);
    expect(stdout).toMatch(/^# fail 0$/m);
  });

  it('does not keep the process alive after it has stopped', async () => {
    // The timeout ends the process if the test fails, because PostgreSQL's own timer would keep it alive forever.
    project.write(
      'ends.ts',
      `import { startTestKernel } from '@headwater/dev/testing';
      const app = await startTestKernel({ plugins: ['likes'] });
      await app.stop();
      setTimeout(() => { console.log('still alive'); process.exit(); }, 8000).unref();
      console.log('stopped');`,
    );
    expect((await node(project, ['ends.ts'])).stdout).toBe('stopped\n');
  });
});

describe('the condition `headwater-source`', () => {
  it('is ignored for published packages, even in a process that has it, like those of Vitest', async () => {
    const project = await makeProject({ kernel: workspaceKernel, plugins: { shipped: { built: true } } });
    const condition = pathToFileURL(join(root, 'core/kernel/bin/source-condition.js')).href;
    project.write(
      'resolve.ts',
      `import { registerSourceCondition } from ${JSON.stringify(condition)};
      registerSourceCondition();
      console.log(import.meta.resolve('@headwater/plugin-shipped'), import.meta.resolve('@headwater/kernel/plugin'));`,
    );
    const { stdout } = await node(project, ['resolve.ts']);
    expect(stdout).toMatch(/plugin-shipped\/dist\/index\.js .*core\/kernel\/src\/plugin\.ts$/m);
  });

  it('resolves a name for each folder separately', async () => {
    const project = await makeProject({ kernel: workspaceKernel });
    const condition = pathToFileURL(join(root, 'core/kernel/bin/source-condition.js')).href;
    for (const folder of ['', 'inner/']) {
      project.write(`${folder}node_modules/thing/package.json`, '{ "name": "thing", "exports": "./index.js" }');
      project.write(`${folder}node_modules/thing/index.js`, '');
    }
    project.write('inner/ask.mjs', `export const found = import.meta.resolve('thing');`);
    project.write(
      'ask.mjs',
      `import { registerSourceCondition } from ${JSON.stringify(condition)};
      registerSourceCondition();
      const own = [import.meta.resolve('thing'), import.meta.resolve('thing')];
      const { found } = await import('./inner/ask.mjs');
      console.log([...own, found].map((url) => url.replace(import.meta.resolve('./'), '')).join(' '));`,
    );
    const { stdout } = await node(project, ['ask.mjs']);
    const path = 'node_modules/thing/index.js';
    expect(stdout).toBe(`${path} ${path} inner/${path}\n`);
  });
});
