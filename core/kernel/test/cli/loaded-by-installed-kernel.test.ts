import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { emptyDatabase } from '../../../../test/helper/database.ts';
import { makeProject, type Project } from '../../../../test/helper/project.ts';
import { community, ok } from './support.ts';

/** Records every file that Node loads, and writes the list to a file at the end. */
const tracer = `
import { registerHooks } from 'node:module';
import { writeFileSync } from 'node:fs';
const loaded = new Set();
registerHooks({ load(url, context, next) { loaded.add(url); return next(url, context); } });
process.on('exit', () => writeFileSync(process.env.TRACE, [...loaded].join('\\n')));
`;

/** A project whose plugins are installed the way npm installs them. */
async function builtProject(): Promise<Project> {
  const plugins = Object.fromEntries(
    Object.entries(community).map(([name, sketch]) => [name, { ...sketch, built: true }]),
  );
  return makeProject({ plugins, database: await emptyDatabase('postgres') });
}

describe('an installed kernel', () => {
  let project: Project;
  let loaded: (...args: readonly string[]) => Promise<{ packages: readonly string[]; files: readonly string[] }>;

  beforeAll(async () => {
    project = await builtProject();
    project.write('trace.mjs', tracer);
    loaded = async (...args) => {
      const trace = join(project.cwd, 'trace.txt');
      const env = { TRACE: trace, NODE_OPTIONS: `--import=${join(project.cwd, 'trace.mjs')}` };
      ok(await project.kernelWith({ env }, ...args));
      const urls = readFileSync(trace, 'utf8').split('\n');
      const files = urls.filter((url) => url.startsWith('file:') && !url.endsWith('/trace.mjs'));
      const names = files.flatMap((url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1] ?? []);
      return { packages: [...new Set(names)].toSorted(), files };
    };
    ok(await project.kernel('migrate:up'));
  }, 60_000);

  it('loads no other package if nothing is pending', async () => {
    const { packages, files } = await loaded('migrate:up');
    expect(packages).toEqual(['@headwater/kernel']);
    // The packages of plugins are read, but their code is not run.
    expect(files.filter((url) => url.includes('/@headwater/plugin-'))).toEqual([]);
    expect(files.filter((url) => url.endsWith('.ts'))).toEqual([]);
  });

  it('loads neither MikroORM nor Inversify for migrate commands', async () => {
    for (const line of [
      ['migrate:status'],
      ['migrate:plan'],
      ['migrate:show', 'likes@0001'],
      ['migrate:down', 'stickers@base'],
    ]) {
      const { packages } = await loaded(...line);
      // The SQL of a downgrade is read, to prove that it only touches objects of its plugin.
      const parser = line[0] === 'migrate:down' ? ['libpg-query'] : [];
      expect(packages.filter((name) => /mikro|inversify|zod|reflect|pglite|libpg/.test(name))).toEqual(parser);
    }
  });
});
