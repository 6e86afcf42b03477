import { execFile } from 'node:child_process';
import { globSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { installedKernel } from '../helper/installed-packages.ts';
import { installIn } from '../helper/page.ts';
import { makeProject } from '../helper/project.ts';

const run = promisify(execFile);
const workspace = join(import.meta.dirname, '../..');

/** A host that uses every part of the host door. */
const host = `
import { boot, isKernelError, open, type App, type Kernel, type OpenOptions, type Status } from '@headwater/kernel';
import { defineRevision, sql, token } from '@headwater/kernel/plugin';
import { MikroORM } from '@mikro-orm/postgresql';
import { PGlite } from '@electric-sql/pglite';
import { pino } from 'pino';
import pg from 'pg';

const Mailer = token<{ send(to: string): void }>('host.mailer');
const revisions = [defineRevision({ id: 'shop@0001_order', revises: null, up: sql\`create table "order" (id int)\` })];
const plugins: OpenOptions['plugins'] = {
  core: { package: '@headwater/plugin-core', options: { limits: [1, 2] }, startTimeout: 5 },
  shop: { revisions, load: () => import('node:fs'), requires: ['core'] },
};
export async function main(): Promise<void> {
  const connections = [new pg.Pool({ max: 1 }), new pg.Client(), new PGlite()];
  for (const connection of connections) await open({ connection, plugins, log: console });
  const kernel: Kernel = await open({ config: 'config/config.json', env: process.env, log: pino() });
  const { pending, error }: Status = await kernel.status({ signal: AbortSignal.timeout(1000) });
  if (error !== null) throw error;
  const { applied } = await kernel.upgrade({ observer: { begins: ({ id }, position) => console.log(id, position) } });
  const app: App = await kernel.start({ bind: ({ bind }) => bind(Mailer).toConstantValue({ send() {} }) });
  app.get(Mailer).send([...pending, ...applied].join());
  const rows: object[] = await app.run(() => app.orm.em.execute('select 1'));
  const orm = new MikroORM({ ...(await kernel.entities()), dbName: String(rows.length) });
  await orm.close();
  await boot({ log: (plugin) => ({ debug() {}, info: (message) => console.log(plugin, message), warn() {}, error() {} }) })
    .catch((failed: unknown) => isKernelError(failed, 'CONFIG_NOT_FOUND') && failed.details.tried.length);
}
`;

const settings = {
  nodenext: { module: 'nodenext' },
  node16: { module: 'node16' },
  bundler: { module: 'esnext', moduleResolution: 'bundler' },
} as const;

describe('the types of a host', () => {
  let cwd: string;
  beforeAll(() => {
    cwd = join(realpathSync(inject('scratch')), 'host-types');
    mkdirSync(join(cwd, 'src'), { recursive: true });
    writeFileSync(join(cwd, 'package.json'), JSON.stringify({ name: 'host', private: true, type: 'module' }));
    installIn(cwd, { typed: true });
    writeFileSync(join(cwd, 'src/host.ts'), host);
  });

  it.each(Object.entries(settings))('resolve and fit with %s', async (name, compilerOptions) => {
    const strict = { target: 'esnext', strict: true, noEmit: true, types: ['node'] };
    const file = join(cwd, `tsconfig.${name}.json`);
    writeFileSync(file, JSON.stringify({ compilerOptions: { ...strict, ...compilerOptions }, include: ['src'] }));
    const tsc = join(workspace, 'node_modules/.bin/tsc');
    // An error of `execFile` has the output.
    const { stdout } = await run(tsc, ['-p', file, '--pretty', 'false'], { cwd }).catch(
      (error: unknown) => error as { stdout: string },
    );
    // The declarations of PGlite need types of Emscripten, which it does not bring.
    const errors = stdout.split('\n').filter((line) => !line.includes('node_modules/@electric-sql/'));
    expect(errors.join('\n')).toBe('');
  });
});

describe('the published files', () => {
  it('have no top-level await, so that CommonJS can require each of them', async () => {
    const folder = join(installedKernel(inject('scratch')), 'dist');
    const files = globSync('**/*.js', { cwd: folder }).map((file) => join(folder, file));
    expect(files.length).toBeGreaterThan(20);
    const program = `
      const failed = [];
      for (const file of ${JSON.stringify(files)}) {
        try { require(file); } catch (error) { failed.push(file + ': ' + error.code + ' ' + error.message); }
      }
      console.log(JSON.stringify(failed));`;
    const { stdout } = await run(process.execPath, ['--input-type=commonjs', '--eval', program], { cwd: workspace });
    expect(JSON.parse(stdout)).toEqual([]);
  });

  it('serve a CommonJS host', async () => {
    const { cwd } = await makeProject({
      plugins: { core: { built: true, revisions: { '0001_a': 'create table a (id int);' } } },
    });
    const pg = join(cwd, 'node_modules/pg');
    mkdirSync(dirname(pg), { recursive: true });
    symlinkSync(join(workspace, 'node_modules/pg'), pg);
    writeFileSync(
      join(cwd, 'host.cjs'),
      `const { open } = require('@headwater/kernel');
      const { defineRevision, sql } = require('@headwater/kernel/plugin');
      (async () => {
        const revisions = [defineRevision({ id: 'shop@0001', revises: null, dependsOn: ['core@0001_a'], up: sql\`create table b (id int)\` })];
        const kernel = await open({ config: { database: 'pglite://' }, plugins: { core: {}, shop: { revisions } } });
        const { applied } = await kernel.upgrade();
        await kernel.close();
        console.log(applied.join());
      })();`,
    );
    const { stdout } = await run(process.execPath, ['host.cjs'], { cwd });
    expect(stdout.trim()).toBe('core@0001_a,shop@0001');
  });
});
