import { globSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

const workspace = join(import.meta.dirname, '../..');

interface PackageFields {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

interface Import {
  readonly file: string;
  readonly specifier: string;
  readonly typeOnly: boolean;
}

const plugins = globSync(['plugins/*/package.json', 'app/package.json'], { cwd: workspace }).map((file) => {
  const folder = join(workspace, dirname(file));
  const fields = JSON.parse(readFileSync(join(workspace, file), 'utf8')) as PackageFields;
  return { ...fields, folder, sources: importsIn(join(folder, 'src')), tests: importsIn(join(folder, 'test')) };
});

function importsIn(folder: string): readonly Import[] {
  return globSync('**/*.ts', { cwd: folder }).flatMap((name) => {
    const file = join(folder, name);
    const found = readFileSync(file, 'utf8').matchAll(
      /^(?:import|export)(\s+type\b)?[^;'"]*?from\s*'([^']+)'|\bimport\(\s*'([^']+)'\s*\)|^import\s+'([^']+)'/gm,
    );
    return Array.from(found, ([, type, from, dynamic, bare]) => ({
      file,
      specifier: from ?? dynamic ?? bare ?? '',
      typeOnly: type !== undefined,
    }));
  });
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** Returns the imports that lead out of `folder` by a relative path. */
function leaving(folder: string, imports: readonly Import[]): readonly Import[] {
  return imports.filter(
    ({ file, specifier }) =>
      specifier.startsWith('.') && relative(folder, join(dirname(file), specifier)).startsWith('..'),
  );
}

describe.each(plugins)(
  '$name',
  ({ name, folder, dependencies, peerDependencies, peerDependenciesMeta, sources, tests }) => {
    const named = Object.keys({ ...dependencies, ...peerDependencies });

    test('imports only its own sources and the packages that its package.json names, through their public doors', () => {
      const doors = new Set(['@headwater/kernel/plugin', ...named]);
      const packages = sources.filter(({ specifier }) => !specifier.startsWith('.') && !isBuiltin(specifier));
      expect(sources.length).toBeGreaterThan(0);
      expect(packages.filter(({ specifier }) => !doors.has(specifier))).toEqual([]);
      expect(leaving(join(folder, 'src'), sources)).toEqual([]);
    });

    test('imports only types of its optional plugins', () => {
      const otherPlugins = new Set(plugins.map((other) => other.name).filter((other) => other !== name));
      const wrong = sources.filter(({ specifier, typeOnly }) => {
        const target = packageOf(specifier);
        const isOptional = peerDependenciesMeta?.[target]?.optional === true;
        const isRequired = peerDependencies?.[target] !== undefined && !isOptional;
        return otherPlugins.has(target) && !isRequired && !(isOptional && typeOnly);
      });
      expect(wrong).toEqual([]);
    });

    // Authors can copy such tests, because they need nothing but the workspace's public packages.
    test('has tests that use only public doors and its own sources', () => {
      // Plugins that a test starts import the tested one by its name.
      const doors = new Set([
        '@headwater/kernel',
        '@headwater/kernel/plugin',
        '@headwater/dev/testing',
        name,
        ...named,
      ]);
      const tools = new Set(['vitest', 'fast-check']);
      const packages = tests.filter(({ specifier }) => !specifier.startsWith('.') && !isBuiltin(specifier));
      expect(tests.length).toBeGreaterThan(0);
      expect(packages.filter(({ specifier }) => !doors.has(specifier) && !tools.has(specifier))).toEqual([]);
      expect(leaving(folder, tests)).toEqual([]);
    });
  },
);
