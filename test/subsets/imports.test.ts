import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const workspace = join(import.meta.dirname, '../..');
const packages = globSync(['plugins/*/package.json', 'app/package.json'], { cwd: workspace }).map((file) => {
  const folder = join(workspace, file, '..');
  const fields = JSON.parse(readFileSync(join(workspace, file), 'utf8')) as PackageFields;
  return { ...fields, imports: importsIn(join(folder, 'src')) };
});

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

function importsIn(folder: string): readonly Import[] {
  return globSync('**/*.ts', { cwd: folder }).flatMap((file) =>
    Array.from(
      readFileSync(join(folder, file), 'utf8').matchAll(/^(?:import|export)(\s+type\b)?[^;'"]*?from\s*'([^']+)'/gm),
      ([, type, specifier = '']) => ({ file, specifier, typeOnly: type !== undefined }),
    ),
  );
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

describe.each(packages)('$name', ({ name, dependencies, peerDependencies, peerDependenciesMeta, imports }) => {
  const foreign = imports.filter(({ specifier }) => !specifier.startsWith('.'));

  test('imports only from its own sources and from packages that it names, through their doors', () => {
    const named = { ...dependencies, ...peerDependencies };
    const doors = new Set(['@headwater/kernel/plugin', ...Object.keys(named)]);
    expect(imports.length).toBeGreaterThan(0);
    expect(foreign.filter(({ specifier }) => !doors.has(specifier))).toEqual([]);
    expect(imports.filter(({ specifier }) => specifier.startsWith('../../'))).toEqual([]);
  });

  test('imports only types of its optional plugins, and nothing of plugins that it does not name', () => {
    const plugins = new Set(packages.map((other) => other.name).filter((other) => other !== name));
    const used = foreign.filter(({ specifier }) => plugins.has(packageOf(specifier)));
    const required = (of: string): boolean =>
      peerDependencies?.[of] !== undefined && peerDependenciesMeta?.[of]?.optional !== true;
    const wrong = used.filter(
      ({ specifier, typeOnly }) =>
        !required(packageOf(specifier)) &&
        (!typeOnly || peerDependenciesMeta?.[packageOf(specifier)]?.optional !== true),
    );
    expect(wrong).toEqual([]);
  });
});
