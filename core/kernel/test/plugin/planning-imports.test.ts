import { execFileSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kernelFolder, makeProject, revisionText, type Project } from './project.ts';

const throws = 'throw new Error("imported");\n';

/** The report of a child process. */
interface Report {
  readonly ids: readonly string[];
  /** Every file that Node loaded from outside the kernel; `~` stands for the project. */
  readonly loaded: readonly string[];
  /** Packages from which Node loaded something. */
  readonly packages: readonly string[];
  readonly kernelParts: readonly string[];
}

/**
 * Loads the plugin set of a project as the kernel does, in plain Node: the loader of Vitest would hide how Node handles
 * TypeScript and conditions.
 */
function plan(project: Project, plugins: Readonly<Record<string, unknown>>): Report {
  project.write({
    'config.json': { database: 'pglite://', core: '@acme/core', plugins },
    'plan.mjs': `
import { registerHooks } from 'node:module';
const urls = [];
registerHooks({ load(url, context, next) { urls.push(url); return next(url, context); } });
const { allowSources } = await import(${JSON.stringify(join(kernelFolder, 'src/runtime/source-condition.ts'))});
allowSources();
const { readConfig } = await import(${JSON.stringify(join(kernelFolder, 'src/config/read-config.ts'))});
const { loadPluginSet } = await import(${JSON.stringify(join(kernelFolder, 'src/plugin/load-plugin-set.ts'))});
const config = readConfig(${JSON.stringify(join(project.root, 'config.json'))}, {});
const set = await loadPluginSet(config, { version: '1.0.0', directory: ${JSON.stringify(kernelFolder)} });
console.log(JSON.stringify({ urls, ids: set.plugins.flatMap((plugin) => plugin.revisions.map(({ id }) => id)) }));`,
  });
  const output = execFileSync(process.execPath, [join(project.root, 'plan.mjs')], {
    encoding: 'utf8',
    cwd: project.root,
  });
  const { ids, urls } = JSON.parse(output) as { readonly ids: string[]; readonly urls: string[] };
  const files = urls.filter((url) => url.startsWith('file:')).map((url) => url.slice('file://'.length));
  const inKernel = (file: string): boolean => file.startsWith(`${kernelFolder}/`) && !file.includes('/node_modules/');
  return {
    ids,
    loaded: files.filter((file) => file.startsWith(project.root)).map((file) => file.replace(project.root, '~')),
    packages: files.filter((file) => !file.startsWith(project.root) && file.includes('/node_modules/')),
    kernelParts: files.filter(inKernel).map((file) => file.slice(kernelFolder.length + 1)),
  };
}

describe('planning', () => {
  it('imports no code of built plugins, no library, and none of the modules that check sources', () => {
    const project = makeProject();
    for (const name of ['likes', 'mail']) {
      const modules = ['dist/index.js', 'dist/migrations/0001_a.js', 'src/index.ts', 'src/migrations/0001_a.ts'];
      const files = Object.fromEntries(modules.map((path) => [path, throws]));
      project.install({
        name,
        peers: { '@acme/core': '*' },
        revisions: [{ slug: '0001_a', dependsOn: ['core@0001_base'] }],
        files,
      });
    }
    const report = plan(project, { likes: {}, mail: {} });
    expect(report.ids).toEqual(['core@0001_base', 'core@0002_more', 'likes@0001_a', 'mail@0001_a']);
    expect(report.loaded).toEqual([]);
    expect(report.packages).toEqual([]);
    expect(
      report.kernelParts.filter((file) => /revision-files|revision-check|plugin-module|contract\//.test(file)),
    ).toEqual([]);
  });

  it('imports only the revision files of a workspace', () => {
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
    // Revision files import the contract from sources, never from a build, which may be stale.
    expect(report.kernelParts).toContain('src/plugin.ts');
    expect(report.kernelParts.filter((file) => file.startsWith('dist/'))).toEqual([]);
  });

  it('loads TypeScript with type annotations, as Node does', () => {
    const project = makeProject();
    const text = `import type { DefinedRevision } from '@headwater/kernel/plugin';
${revisionText({ id: 'likes@0001_a', revises: null }, 'select 1').replace('export default', 'const revision: DefinedRevision =')}
export default revision satisfies DefinedRevision;`;
    project.link({ name: 'likes', files: { 'src/migrations/0001_a.ts': text } });
    expect(plan(project, { likes: {} }).ids).toContain('likes@0001_a');
  });

  it('works even if the code of a built plugin is missing', () => {
    const project = makeProject();
    const folder = project.install({ name: 'likes', revisions: [{ slug: '0001_a' }] });
    rmSync(join(folder, 'dist/index.js'));
    expect(existsSync(join(folder, 'dist/index.js'))).toBe(false);
    expect(plan(project, { likes: {} }).ids).toContain('likes@0001_a');
  });
});
