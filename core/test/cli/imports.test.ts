import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { emptyDatabase } from '../../../test/helper/database.ts';
import { makeProject, type Project } from '../../../test/helper/project.ts';
import { community, ok } from './support.ts';

const workspace = join(import.meta.dirname, '../../..');

/** Notes every file that Node loads, however it is asked for, and writes them down at the end. */
const tracer = `
import { registerHooks } from 'node:module';
import { writeFileSync } from 'node:fs';
const loaded = new Set();
registerHooks({ load(url, context, next) { loaded.add(url); return next(url, context); } });
process.on('exit', () => writeFileSync(process.env.TRACE, [...loaded].join('\\n')));
`;

/**
 * What npm would have installed: a kernel as it is bundled, without its sources, and built plugins. Everything else in
 * node_modules is this workspace's.
 */
async function packedProject(): Promise<{ readonly project: Project; readonly bin: string }> {
  const plugins = Object.fromEntries(
    Object.entries(community).map(([name, sketch]) => [name, { ...sketch, built: true }]),
  );
  const project = await makeProject({ plugins, database: await emptyDatabase('postgres') });
  const kernel = join(project.cwd, 'node_modules/@headwater/core');
  rmSync(kernel);
  build(kernel);
  for (const name of readdirSync(join(workspace, 'node_modules'))) {
    if (name.startsWith('.') || name === '@headwater') continue;
    const place = join(project.cwd, 'node_modules', name);
    if (!existsSync(place)) symlinkSync(join(workspace, 'node_modules', name), place, 'junction');
  }
  project.write('trace.mjs', tracer);
  return { project, bin: join(kernel, 'bin/kernel.js') };
}

function build(target: string): void {
  mkdirSync(target, { recursive: true });
  for (const part of ['bin', 'package.json'])
    cpSync(join(workspace, 'core', part), join(target, part), { recursive: true });
  const bundler = join(workspace, 'node_modules/rolldown/bin/cli.mjs');
  const config = ['-c', join(workspace, 'core/rolldown.config.ts'), '--configLoader', 'native'];
  const line = [bundler, ...config, '--dir', join(target, 'dist')];
  const done = spawnSync(process.execPath, line, { encoding: 'utf8' });
  expect(done.status, done.stdout + done.stderr).toBe(0);
}

describe('what an installed kernel loads', () => {
  let project: Project;
  let bin: string;
  let loaded: (...args: readonly string[]) => Promise<{ packages: readonly string[]; files: readonly string[] }>;

  beforeAll(async () => {
    ({ project, bin } = await packedProject());
    loaded = async (...args) => {
      const trace = join(project.cwd, 'trace.txt');
      const env = { TRACE: trace, NODE_OPTIONS: `--import=${join(project.cwd, 'trace.mjs')}` };
      ok(await project.kernelWith({ bin, env }, ...args));
      const urls = readFileSync(trace, 'utf8').split('\n');
      const files = urls.filter((url) => url.startsWith('file:') && !url.endsWith('/trace.mjs'));
      const names = files.flatMap((url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1] ?? []);
      return { packages: [...new Set(names)].toSorted(), files };
    };
    ok(await project.kernelWith({ bin }, 'migrate:up'));
  }, 60_000);

  it('is itself alone, to say that nothing is pending', async () => {
    const { packages, files } = await loaded('migrate:up');
    expect(packages).toEqual(['@headwater/core']);
    // Plugins are read, not run.
    expect(files.filter((url) => url.includes('/@headwater/plugin-'))).toEqual([]);
    expect(files.filter((url) => url.endsWith('.ts'))).toEqual([]);
  });

  it('is neither MikroORM nor Inversify for any migrate command', async () => {
    for (const line of [
      ['migrate:status'],
      ['migrate:plan'],
      ['migrate:show', 'likes@0001'],
      ['migrate:down', 'stickers@base'],
    ]) {
      const { packages } = await loaded(...line);
      expect(packages.filter((name) => /mikro|inversify|zod|reflect|pglite|libpg/.test(name))).toEqual([]);
    }
  });
});
