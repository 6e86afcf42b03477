import { globSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const sources = join(import.meta.dirname, '../../core/kernel/src');

/**
 * Who may import whom inside the kernel. A part that is not named may not be imported; `type` parts only as types.
 * Data flows one way, so no two parts import each other.
 */
const parts: Readonly<Record<string, readonly string[]>> = {
  error: [],
  webassembly: [],
  contract: ['error'],
  graph: ['error'],
  plan: ['error', 'graph'],
  config: ['error', 'graph'],
  plugin: ['error', 'contract', 'graph', 'config'],
  sql: ['error', 'webassembly'],
  lint: ['error', 'graph', 'sql', 'type plugin'],
  db: ['error', 'contract', 'type config', 'type plugin', 'webassembly'],
  container: ['error', 'contract'],
  schema: ['error', 'contract', 'type config', 'type db'],
  shadow: ['error', 'contract', 'config', 'db', 'type plugin', 'webassembly'],
  difference: ['type shadow'],
  authoring: [
    'error',
    'contract',
    'type config',
    'db',
    'graph',
    'plugin',
    'sql',
    'lint',
    'schema',
    'shadow',
    'difference',
    'kernel',
  ],
  kernel: ['error', 'contract', 'config', 'container', 'db', 'graph', 'plan', 'plugin', 'schema'],
  cli: ['error', 'contract', 'config', 'db', 'graph', 'plan', 'plugin', 'authoring', 'lint', 'shadow', 'kernel'],
  testing: ['error', 'contract', 'config', 'db', 'kernel', 'plugin'],
  'core-plugin': ['plugin.ts'],
  'plugin.ts': ['contract'],
  'testing.ts': ['testing'],
  'index.ts': ['error', 'graph', 'plan', 'kernel', 'contract', 'config', 'db', 'plugin'],
};

/** Which part may import which npm package, `type` parts only as types: each foreign thing has one place. */
const packages: Readonly<Record<string, readonly string[]>> = {
  commander: ['cli'],
  pino: ['cli'],
  umzug: ['db'],
  pg: ['db'],
  '@electric-sql/pglite': ['db', 'type schema'],
  '@electric-sql/pglite-prepopulatedfs': ['db'],
  semver: ['plugin'],
  'jsonc-parser': ['config'],
  inversify: ['container'],
  '@mikro-orm/core': ['schema', 'core-plugin', 'type contract'],
  '@mikro-orm/migrations': ['type schema'],
  '@mikro-orm/pglite': ['schema'],
  '@mikro-orm/postgresql': ['schema', 'type contract'],
  'libpg-query': ['db', 'plugin', 'sql'],
};

/** Parts that do nothing but compute: not even Node's own modules, whose types alone they may name. */
const pure = new Set(['error', 'contract', 'graph', 'plan', 'difference']);

interface Import {
  readonly file: string;
  readonly part: string;
  readonly specifier: string;
  readonly typeOnly: boolean;
}

const imports: readonly Import[] = globSync('**/*.ts', { cwd: sources }).flatMap((file) => {
  const text = readFileSync(join(sources, file), 'utf8');
  const found = text.matchAll(
    /^(?:import|export)(\s+type\b)?[^;'"]*?from\s*'([^']+)'|\bimport\(\s*'([^']+)'\s*\)|^import\s+'([^']+)'/gm,
  );
  return Array.from(found, ([, type, from, dynamic, bare]) => ({
    file,
    part: partOf(file),
    specifier: from ?? dynamic ?? bare ?? '',
    typeOnly: type !== undefined,
  }));
});

function partOf(file: string): string {
  const [first = ''] = file.split('/');
  return first;
}

describe('the kernel', () => {
  it('is read at all', () => {
    expect(imports.length).toBeGreaterThan(100);
    expect(new Set(imports.map(({ part }) => part))).toEqual(new Set(Object.keys(parts)));
  });

  it('imports along the table of parts only', () => {
    const offenders = imports.flatMap(({ file, part, specifier, typeOnly }) => {
      if (!specifier.startsWith('.')) return [];
      const target = partOf(relative(sources, join(sources, dirname(file), specifier)));
      if (target === '..' || target === part) return [];
      const allowed = parts[part] ?? [];
      return allowed.includes(target) || (typeOnly && allowed.includes(`type ${target}`))
        ? []
        : [`${file} imports ${specifier}`];
    });
    expect(offenders).toEqual([]);
  });

  it('names each npm package in its one place only', () => {
    const offenders = imports.flatMap(({ file, part, specifier, typeOnly }) => {
      if (specifier.startsWith('.') || isBuiltin(specifier)) return [];
      const name = specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/');
      const allowed = packages[name] ?? [];
      return allowed.includes(part) || (typeOnly && allowed.includes(`type ${part}`))
        ? []
        : [`${file} imports ${specifier}`];
    });
    expect(offenders).toEqual([]);
  });

  it('computes graph, plan, differences and errors without touching the outside', () => {
    const offenders = imports.flatMap(({ file, part, specifier, typeOnly }) =>
      pure.has(part) && !typeOnly && !specifier.startsWith('.') ? [`${file} imports ${specifier}`] : [],
    );
    expect(offenders).toEqual([]);
  });

  it('knows no plugin by name, not even core’s', () => {
    const offenders = imports.flatMap(({ file, part, specifier }) =>
      part !== 'core-plugin' && specifier.includes('core-plugin') ? [`${file} imports ${specifier}`] : [],
    );
    expect(offenders).toEqual([]);
  });
});
