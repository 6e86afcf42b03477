import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds, emptyDatabase, urlOf } from '../../../../test/helper/database.ts';
import { makeProject, type Project } from '../../../../test/helper/project.ts';
import { changesIn, hostProgram } from '../runtime/probe.ts';

const run = promisify(execFile);
const workspace = join(import.meta.dirname, '../../../..');

/** The end of a program that prints what is still open. Sockets need a turn of the event loop to close. */
const report = `
  await new Promise((resolve) => setTimeout(resolve, 100));
  console.log(JSON.stringify(process.getActiveResourcesInfo().filter((name) => !/^(?:PipeWrap|TTYWrap)$/.test(name))));`;

async function runProgram(cwd: string, code: string, options: readonly string[] = []): Promise<string> {
  // Vitest's own workers set both.
  const { NODE_OPTIONS: _, NODE_COMPILE_CACHE: __, ...env } = process.env;
  const args = [...options, '--input-type=module', '--eval', code];
  return (await run(process.execPath, args, { cwd, env, timeout: 60_000 })).stdout;
}

describe.each(databaseKinds)('a host process on %s', (kind) => {
  let project: Project;
  let url: string;
  beforeAll(async () => {
    url = urlOf(await emptyDatabase(kind));
    project = await makeProject({
      plugins: {
        core: { built: true, revisions: { '0001_a': 'create table a (id int);' } },
        likes: { built: true, revisions: { '0001_b': { up: 'create table b (id int);', dependsOn: ['core@0001_a'] } } },
      },
    });
  });

  it('is as before once the kernel is closed: no listener, timer, socket, hook or switch is left, and nothing is printed', async () => {
    const program = `
      const { open } = await import('@headwater/kernel');
      const controller = new AbortController();
      let added = 0;
      const { signal } = controller;
      const add = signal.addEventListener.bind(signal), remove = signal.removeEventListener.bind(signal);
      signal.addEventListener = (...args) => { added += 1; add(...args); };
      signal.removeEventListener = (...args) => { added -= 1; remove(...args); };
      const kernel = await open({
        config: { database: ${JSON.stringify(url)} },
        plugins: { core: {}, likes: {} },
      });
      await kernel.status({ signal });
      await kernel.upgrade({ signal });
      const app = await kernel.start({ signal });
      await app.health();
      await kernel.close();
      if (added !== 0) throw new Error(added + ' listeners on the signal');
      ${report}`;
    const output = (await runProgram(project.cwd, hostProgram(program))).trim().split('\n');
    expect(output).toHaveLength(2);
    expect(JSON.parse(output[0] ?? '')).toEqual([]);
    expect(changesIn(output[1] ?? '')).toMatchObject({ switches: [], hooks: 0, compileCache: false, listeners: [] });
  });
});

describe('a host process with its own pool', () => {
  it('keeps the pool, without a client of the kernel or a listener on it', async () => {
    const url = urlOf(await emptyDatabase('postgres'));
    const project = await makeProject({
      plugins: { core: { built: true, revisions: { '0001_a': 'create table a (id int);' } } },
    });
    const program = `
      const { default: pg } = await import(${JSON.stringify(join(workspace, 'node_modules/pg/lib/index.js'))});
      const { open } = await import('@headwater/kernel');
      const pool = new pg.Pool({ connectionString: ${JSON.stringify(url)}, max: 1 });
      const before = pool.eventNames().map((name) => [name, pool.listenerCount(name)]);
      const kernel = await open({ connection: pool, plugins: { core: {} } });
      await kernel.upgrade();
      await kernel.close();
      console.log(JSON.stringify([pool.totalCount, pool.eventNames().map((name) => [name, pool.listenerCount(name)]).length - before.length]));
      await pool.end();
      ${report}`;
    const output = (await runProgram(project.cwd, program)).trim().split('\n');
    expect(output.map((line) => JSON.parse(line) as unknown)).toEqual([[0, 0], []]);
  });
});

describe('a status', () => {
  it('loads the driver, and neither container nor ORM nor embedded engine', async () => {
    const url = urlOf(await emptyDatabase('postgres'));
    const program = `
      import { registerHooks } from 'node:module';
      const packages = new Set(), parts = new Set();
      registerHooks({ load(url, context, next) {
        const name = /\\/node_modules\\/((?:@[^/]+\\/)?[^/]+)\\//.exec(url)?.[1];
        const part = /\\/core\\/kernel\\/src\\/([^/.]+)\\//.exec(url)?.[1];
        if (name) packages.add(name);
        if (part) parts.add(part);
        return next(url, context);
      } });
      const { open } = await import('@headwater/kernel');
      const { defineRevision, sql } = await import('@headwater/kernel/plugin');
      const revisions = [defineRevision({ id: 'shop@0001', revises: null, up: sql\`create table a (id int)\` })];
      const kernel = await open({ config: { database: ${JSON.stringify(url)} }, plugins: { shop: { revisions } } });
      const { pending } = await kernel.status();
      if (pending.length !== 1) throw new Error('nothing is pending');
      await kernel.close();
      console.log(JSON.stringify({ packages: [...packages], parts: [...parts] }));`;
    const output = await runProgram(workspace, program, ['--conditions=headwater-source']);
    const loaded = JSON.parse(output) as { packages: readonly string[]; parts: readonly string[] };
    const driver =
      /^(?:pg|pg-(?:types|protocol|pool|int8|connection-string|cloudflare)|pgpass|split2|postgres-(?:array|bytea|date|interval)|xtend)$/;
    expect(loaded.packages).toContain('pg');
    expect(loaded.packages.filter((name) => !driver.test(name))).toEqual([]);
    expect(loaded.parts).toContain('ledger');
    expect(loaded.parts.filter((part) => part === 'container' || part === 'cli')).toEqual([]);
  });
});
