import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds, emptyDatabase } from '../../../../test/helper/database.ts';
import { workspaceKernel } from '../../../../test/helper/kernel-process.ts';
import { makeProject, type Project } from '../../../../test/helper/project.ts';

/** Records which npm packages and which folders of the kernel a process loads. */
const probe = `
import { registerHooks } from 'node:module';
import { writeFileSync } from 'node:fs';
const packages = new Set();
const parts = new Set();
registerHooks({
  load(url, context, next) {
    const name = /.*\\/node_modules\\/((?:@[^/]+\\/)?[^/]+)\\//.exec(url)?.[1];
    const part = /\\/core\\/kernel\\/(?:src|dist)\\/([^/.]+)/.exec(url)?.[1];
    if (name !== undefined && name !== '@headwater/kernel') packages.add(name);
    if (part !== undefined) parts.add(part);
    return next(url, context);
  },
});
process.on('exit', () => {
  writeFileSync(process.env.PROBE, JSON.stringify({ packages: [...packages].sort(), parts: [...parts].sort() }));
});
`;

interface Loaded {
  readonly packages: readonly string[];
  readonly parts: readonly string[];
}

describe.each(databaseKinds)('on %s', (kind) => {
  let project: Project;

  beforeAll(async () => {
    project = await makeProject({
      // Source files show more than the files of a bundle.
      kernel: workspaceKernel,
      database: await emptyDatabase(kind),
      plugins: {
        core: { revisions: { '0001_a': 'create table a (id int);' } },
        // One package installed by npm, and one linked from a workspace.
        likes: {
          built: true,
          revisions: { '0001_b': { up: 'create table b (id int);', dependsOn: ['core@0001_a'] } },
        },
        lists: { requires: ['likes'], revisions: { '0001_c': 'create table c (id int);' } },
      },
    });
    writeFileSync(join(project.cwd, 'probe.mjs'), probe);
    expect(await project.kernel('migrate:up')).toMatchObject({ code: 0 });
  });

  async function loadedBy(...args: readonly string[]): Promise<Loaded> {
    const file = join(project.cwd, 'loaded.json');
    const hooks = `--import=${pathToFileURL(join(project.cwd, 'probe.mjs')).href}`;
    const done = await project.kernelWith({ env: { NODE_OPTIONS: hooks, PROBE: file } }, ...args);
    expect(done, done.stdout + done.stderr).toMatchObject({ code: 0 });
    return JSON.parse(readFileSync(file, 'utf8')) as Loaded;
  }

  it('migrate:up with nothing pending loads only the driver of its database', async () => {
    const { packages, parts } = await loadedBy('migrate:up', '--config', 'config.json');
    const driver =
      kind === 'pglite'
        ? /^@electric-sql\/pglite$/
        : /^(?:pg|pg-(?:types|protocol|pool|int8|connection-string|cloudflare)|pgpass|split2|postgres-(?:array|bytea|date|interval)|xtend)$/;
    expect(packages.filter((name) => !driver.test(name))).toEqual([]);
    expect(packages).toContain(kind === 'pglite' ? '@electric-sql/pglite' : 'pg');
    expect(parts).toContain('ledger');
    expect(parts.filter((part) => ['boot', 'container', 'entities'].includes(part))).toEqual([]);
  });

  it('commands that need no database load no packages at all', async () => {
    for (const command of [
      ['migrate:heads'],
      ['migrate:history', '--offline'],
      ['migrate:show', 'likes', '--offline'],
      ['plugin:list'],
    ]) {
      expect((await loadedBy(...command)).packages, command.join(' ')).toEqual([]);
    }
  });
});
