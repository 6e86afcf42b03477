import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pnpm } from '../../../test/helper/registry.ts';
import { filled } from '../src/fill.ts';
import { pluginNameProblem } from '../src/names.ts';
import { filesFor } from '../src/package-manager.ts';
import { appFiles, pluginRepositoryFiles } from '../src/templates.ts';

const root = join(import.meta.dirname, '../../..');
const template = join(import.meta.dirname, '../templates');

interface PackageFile {
  readonly version: string;
  readonly engines?: { readonly node: string };
  readonly [kind: string]: unknown;
}
const packageFile = (folder: string): PackageFile =>
  JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as PackageFile;

describe('a template', () => {
  it.each([
    ['notes', 'notes notes notes Notes'],
    ['my-cat', 'my-cat my_cat myCat MyCat'],
    ['a-1b', 'a-1b a_1b a1b A1b'],
    ['a--b-', 'a--b- a__b_ aB AB'],
    ['my-plugin', 'my-plugin my_plugin myPlugin MyPlugin'],
  ])('spells the plugin %s as code, SQL and packages need it', (plugin, text) => {
    const given = { path: 'a.ts', text: 'my-plugin my_plugin myPlugin MyPlugin' };
    expect(filled(given, { plugin, version: '1.0.0' }).text).toBe(text);
  });

  it('requires the released version of our packages, and no other', () => {
    const text = '{ "@headwater/kernel": "^1.0.0", "zod": "^4.6.0" }';
    const names = { plugin: 'a', version: '2.3.4' };
    expect(filled({ path: 'a/package.json', text }, names).text).toBe(
      '{ "@headwater/kernel": "^2.3.4", "zod": "^4.6.0" }',
    );
    expect(filled({ path: 'README.md', text }, names).text).toBe(text);
  });

  it('keeps no name of its own, whatever the names are', () => {
    const letters = fc.string({ unit: fc.constantFrom(...'abcxyz019-'), minLength: 1, maxLength: 38 });
    const name = letters.map((rest) => `q${rest}`).filter((one) => pluginNameProblem(one) === null);
    fc.assert(
      fc.property(name, name, (plugin, app) => {
        const files = [...appFiles(app, plugin, '1.0.0'), ...pluginRepositoryFiles(plugin, '1.0.0')];
        for (const { path, text } of files) {
          expect(`${path}\n${text}`).not.toMatch(/my-?_?plugin|my-?_?app/i);
          if (/package\.json$|config\.json$|lock\.json$/.test(path)) JSON.parse(text);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('has the files that npm would not pack under other names', () => {
    const paths = appFiles('shop', 'notes', '1.0.0').map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(['.gitignore', '.dockerignore', '.github/workflows/ci.yml']));
    expect(paths.filter((path) => path.split('/').some((part) => part.startsWith('_')))).toEqual([]);
    expect(globSync('**/{.gitignore,.npmignore,.npmrc}', { cwd: template })).toEqual([]);
  });

  it.each(['npm', 'pnpm'] as const)('has the commands of no other package manager: %s', (manager) => {
    const files = [...appFiles('shop', 'notes', '1.0.0', manager), ...pluginRepositoryFiles('notes', '1.0.0')];
    const texts = filesFor(manager, files).map(({ path, text }) => `${path}\n${text}`);
    const [ofNpm, ofPnpm] = [
      /\bnpm (?:ci|test|start|run|install(?! --global))\b|\bnpx kernel\b|package-lock\.json|cache: npm$/m,
      /pnpm/,
    ];
    expect(texts.filter((text) => (manager === 'npm' ? ofPnpm : ofNpm).test(text))).toEqual([]);
    expect(texts.filter((text) => (manager === 'npm' ? ofNpm : ofPnpm).test(text)).length).toBeGreaterThan(4);
  });

  it('sets up the version of pnpm that our tests run with', () => {
    const all = filesFor('pnpm', [
      ...appFiles('shop', 'notes', '1.0.0', 'pnpm'),
      ...pluginRepositoryFiles('a', '1.0.0'),
    ]);
    const versions = all.flatMap(({ text }) => {
      const found = text.matchAll(/pnpm@(\d+)|pnpm\/action-setup@v\d+\n +with:\n +version: (\d+)/g);
      return Array.from(found, ([, inImage, inWorkflow]) => inImage ?? inWorkflow);
    });
    const [, major] = /^pnpm@(\d+)/.exec(pnpm) ?? [];
    expect(versions).toEqual([major, major, major, major]);
  });

  it('says first of all about its image that no test builds it', () => {
    expect(readFileSync(join(template, 'app/Dockerfile'), 'utf8')).toMatch(/^# No test builds this image\.\n/);
  });

  it.each(['app', 'plugin'])('depends on the versions that our tests run with: %s', (name) => {
    const file = packageFile(`core/create-headwater/templates/${name}`);
    const { dependencies, devDependencies, engines } = file;
    expect(engines).toEqual(packageFile('core/kernel').engines);
    // A package.json of ours.
    const listed = { ...(dependencies as Record<string, string>), ...(devDependencies as Record<string, string>) };
    const others = Object.entries(listed).filter(([name]) => !name.startsWith('@headwater/'));
    expect(others.length).toBeGreaterThan(3);
    for (const [dependency, range] of others) {
      const folder = dependency === 'typescript' ? '@typescript/native' : dependency;
      const { version } = packageFile(`node_modules/${folder}`);
      expect(existsSync(join(root, 'node_modules', folder)), dependency).toBe(true);
      // MikroORM's packages fit together only in one version.
      if (dependency.startsWith('@mikro-orm/')) expect(range, dependency).toBe(version);
      else expect(range.replace(/^\^(\d+).*$/, '$1'), dependency).toBe(version.split('.')[0]);
    }
  });
});
