import { execFileSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { coreFolder, makeProject, revisionText, type Project } from './project.ts';

const throws = 'throw new Error("imported");\n';

/** What a process of its own reports. */
interface Report {
  readonly ids: readonly string[];
  /** Everything that Node loaded from outside core, `~` for the project. */
  readonly loaded: readonly string[];
  /** Packages from which Node loaded something. */
  readonly packages: readonly string[];
  readonly coreParts: readonly string[];
}

/**
 * Loads the plugin set of a project as the kernel does, in Node itself: vitest has a loader of its own, which would
 * hide what Node does with TypeScript and with conditions.
 */
function plan(project: Project, plugins: Readonly<Record<string, unknown>>): Report {
  project.write({
    'config.json': { database: 'pglite://', core: '@acme/core', plugins },
    'plan.mjs': `
import { registerHooks } from 'node:module';
const urls = [];
registerHooks({ load(url, context, next) { urls.push(url); return next(url, context); } });
const { readConfig } = await import(${JSON.stringify(join(coreFolder, 'src/config/read-config.ts'))});
const { loadPluginSet } = await import(${JSON.stringify(join(coreFolder, 'src/plugin/load-plugin-set.ts'))});
const config = readConfig(${JSON.stringify(join(project.root, 'config.json'))}, {});
const set = await loadPluginSet(config, { version: '1.0.0', directory: ${JSON.stringify(coreFolder)} });
console.log(JSON.stringify({ urls, ids: set.plugins.flatMap((plugin) => plugin.revisions.map(({ id }) => id)) }));`,
  });
  const output = execFileSync(process.execPath, [join(project.root, 'plan.mjs')], {
    encoding: 'utf8',
    cwd: project.root,
  });
  const { ids, urls } = JSON.parse(output) as { readonly ids: string[]; readonly urls: string[] };
  const files = urls.filter((url) => url.startsWith('file:')).map((url) => url.slice('file://'.length));
  const inCore = (file: string): boolean => file.startsWith(`${coreFolder}/`) && !file.includes('/node_modules/');
  return {
    ids,
    loaded: files.filter((file) => file.startsWith(project.root)).map((file) => file.replace(project.root, '~')),
    packages: files.filter((file) => !file.startsWith(project.root) && file.includes('/node_modules/')),
    coreParts: files.filter(inCore).map((file) => file.slice(coreFolder.length + 1)),
  };
}

describe('planning', () => {
  it('imports nothing of built plugins, and of the kernel neither a library nor what checks sources', () => {
    const project = makeProject();
    for (const name of ['likes', 'mail']) {
      const modules = ['dist/index.js', 'dist/migrations/0001_a.js', 'src/index.ts', 'src/migrations/0001_a.ts'];
      const files = Object.fromEntries(modules.map((path) => [path, throws]));
      project.install({ name, peers: { '@acme/core': '*' }, revisions: [{ slug: '0001_a', dependsOn: ['core@0001_base'] }], files });
    }
    const report = plan(project, { likes: {}, mail: {} });
    expect(report.ids).toEqual(['core@0001_base', 'core@0002_more', 'likes@0001_a', 'mail@0001_a']);
    expect(report.loaded).toEqual([]);
    expect(report.packages).toEqual([]);
    expect(
      report.coreParts.filter((file) => /revision-files|revision-check|running-half|normal-hash|contract\//.test(file)),
    ).toEqual([]);
  });

  it('imports of a workspace the revision files only', () => {
    const project = makeProject();
    const revisions = [{ slug: '0001_a' }, { slug: '0002_b' }];
    const files = {
      'src/index.ts': throws,
      'src/entities.ts': throws,
      'dist/index.js': throws,
      'dist/headwater.json': '{',
    };
    project.link({ name: 'likes', revisions, files });
    const report = plan(project, { likes: {} });
    expect(report.ids).toEqual(['core@0001_base', 'core@0002_more', 'likes@0001_a', 'likes@0002_b']);
    expect(report.loaded).toEqual([
      '~/packages/likes/src/migrations/0001_a.ts',
      '~/packages/likes/src/migrations/0002_b.ts',
    ]);
    expect(report.packages).toEqual([]);
    // What a revision file imports is the contract's sources, and never a build that may be stale.
    expect(report.coreParts).toContain('src/plugin.ts');
    expect(report.coreParts.filter((file) => file.startsWith('dist/'))).toEqual([]);
  });

  it('reads TypeScript as Node does, types and all', () => {
    const project = makeProject();
    const text = `import type { DefinedRevision } from '@headwater/kernel/plugin';
${revisionText({ id: 'likes@0001_a', revises: null }, 'select 1').replace('export default', 'const revision: DefinedRevision =')}
export default revision satisfies DefinedRevision;`;
    project.link({ name: 'likes', files: { 'src/migrations/0001_a.ts': text } });
    expect(plan(project, { likes: {} }).ids).toContain('likes@0001_a');
  });

  it('needs no code of a plugin to be there at all', () => {
    const project = makeProject();
    const folder = project.install({ name: 'likes', revisions: [{ slug: '0001_a' }] });
    rmSync(join(folder, 'dist/index.js'));
    expect(existsSync(join(folder, 'dist/index.js'))).toBe(false);
    expect(plan(project, { likes: {} }).ids).toContain('likes@0001_a');
  });
});
