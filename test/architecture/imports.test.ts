import { existsSync, globSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

/**
 * The folders of a package's sources and what each may import: other folders (`type` ones only as types), npm packages.
 */
interface Layout {
  /** Keyed by folder or top-level file. Data flows one way, so no two folders import each other. */
  readonly folders: Readonly<Record<string, readonly string[]>>;
  /** Keyed by npm package: the only folders that may import it. */
  readonly packages: Readonly<Record<string, readonly string[]>>;
  /** Folders of pure functions: they import no npm packages and no Node modules, except as types. */
  readonly pure: readonly string[];
}

const kernel: Layout = {
  folders: {
    error: ['runtime'],
    contract: ['error'],
    graph: ['error', 'type contract'],
    plan: ['error', 'graph', 'type plugin'],
    config: ['error', 'graph'],
    runtime: [],
    plugin: ['error', 'contract', 'graph', 'config', 'runtime', 'peers', 'sql', 'ownership'],
    sql: ['error', 'runtime'],
    ownership: ['error', 'type config', 'sql', 'type db', 'type catalog'],
    peers: ['error'],
    installation: ['error', 'config', 'plugin', 'type ownership', 'ledger', 'migrate', 'boot', 'open'],
    db: ['error', 'config', 'runtime', 'peers'],
    catalog: ['config', 'type db', 'sql'],
    ledger: ['error', 'config', 'type graph', 'db', 'sql', 'runtime'],
    container: ['error', 'contract'],
    entities: ['error', 'contract', 'config', 'type db', 'sql', 'peers'],
    run: ['error', 'contract', 'config', 'plugin', 'db', 'ledger', 'sql', 'runtime', 'ownership', 'catalog'],
    telemetry: [],
    migrate: [
      'error',
      'config',
      'graph',
      'plan',
      'plugin',
      'db',
      'ledger',
      'run',
      'sql',
      'runtime',
      'telemetry',
      'ownership',
      'catalog',
    ],
    boot: ['error', 'contract', 'config', 'plugin', 'container', 'db', 'entities', 'migrate', 'type run', 'telemetry'],
    open: [
      'error',
      'contract',
      'config',
      'graph',
      'plan',
      'plugin',
      'db',
      'ledger',
      'run',
      'sql',
      'ownership',
      'migrate',
      'boot',
      'telemetry',
      'peers',
    ],
    cli: [
      'error',
      'contract',
      'config',
      'graph',
      'plan',
      'installation',
      'plugin',
      'db',
      'ledger',
      'type run',
      'type ownership',
      'migrate',
      'boot',
      'open',
      'runtime',
    ],
    // The only code in `open` that it loads is a token.
    'plugin.ts': ['contract', 'open', 'type ledger', 'type ownership', 'type graph', 'type migrate', 'type run'],
    'index.ts': [
      'error',
      'graph',
      'plan',
      'type db',
      'type ledger',
      'type ownership',
      'type migrate',
      'type run',
      'type boot',
      'open',
    ],
    'cli.ts': ['cli'],
    internal: [
      'error',
      'contract',
      'config',
      'graph',
      'plan',
      'installation',
      'plugin',
      'runtime',
      'sql',
      'ownership',
      'db',
      'catalog',
      'ledger',
      'entities',
      'run',
      'migrate',
      'boot',
      'open',
      'cli',
    ],
  },
  packages: {
    commander: ['cli'],
    pino: ['cli'],
    umzug: ['run'],
    pg: ['db', 'type entities'],
    'pg-types': ['db'],
    '@opentelemetry/api': ['telemetry'],
    '@electric-sql/pglite': ['db', 'type entities'],
    '@electric-sql/pglite-prepopulatedfs': ['db'],
    semver: ['plugin'],
    'jsonc-parser': ['config'],
    inversify: ['container'],
    '@mikro-orm/core': ['entities', 'type contract'],
    '@mikro-orm/pglite': ['entities'],
    '@mikro-orm/postgresql': ['entities', 'type contract', 'type boot'],
    'libpg-query': ['plugin', 'sql'],
  },
  pure: ['error', 'contract', 'graph', 'plan'],
};

const dev: Layout = {
  folders: {
    error: [],
    difference: [],
    shadow: ['error'],
    lint: ['error'],
    authoring: ['error', 'difference', 'shadow', 'lint'],
    verify: ['error', 'difference', 'shadow', 'lint', 'authoring'],
    adoption: ['error', 'difference', 'shadow', 'lint', 'authoring'],
    build: ['error', 'difference', 'lint', 'shadow', 'authoring', 'verify', 'testing'],
    testing: ['error', 'shadow'],
    publish: ['error', 'authoring', 'build', 'testing'],
    reload: [],
    rehearsal: ['error'],
    commands: [
      'error',
      'rehearsal',
      'reload',
      'publish',
      'difference',
      'shadow',
      'lint',
      'verify',
      'authoring',
      'adoption',
      'build',
    ],
    'commands.ts': ['commands', 'rehearsal'],
    'testing.ts': ['testing'],
  },
  packages: {
    '@headwater/kernel': [
      'error',
      'difference',
      'shadow',
      'lint',
      'verify',
      'authoring',
      'adoption',
      'build',
      'testing',
      'publish',
      'rehearsal',
      'reload',
      'commands',
    ],
    publint: ['publish'],
    '@arethetypeswrong/core': ['publish'],
    '@mikro-orm/core': ['adoption'],
    '@mikro-orm/migrations': ['type adoption'],
    '@mikro-orm/pglite': ['adoption'],
    'libpg-query': ['type lint', 'type shadow'],
  },
  pure: [],
};

interface Import {
  readonly file: string;
  /** The folder or top-level file of `file`. */
  readonly from: string;
  readonly specifier: string;
  readonly typeOnly: boolean;
}

function importsIn(sources: string): readonly Import[] {
  return globSync('**/*.ts', { cwd: sources }).flatMap((file) => {
    const text = readFileSync(join(sources, file), 'utf8');
    const found = text.matchAll(
      /^(?:import|export)(\s+type\b)?[^;'"]*?from\s*'([^']+)'|\bimport\(\s*'([^']+)'\s*\)|^import\s+'([^']+)'/gm,
    );
    return Array.from(found, ([, type, from, dynamic, bare]) => ({
      file,
      from: topOf(file),
      specifier: from ?? dynamic ?? bare ?? '',
      typeOnly: type !== undefined,
    }));
  });
}

function topOf(path: string): string {
  return path.split(/[/\\]/)[0] ?? '';
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

describe.each([
  ['kernel', kernel],
  ['dev', dev],
])('the sources of core/%s', (name, { folders, packages, pure }) => {
  const sources = join(import.meta.dirname, '../../core', name, 'src');
  const imports = importsIn(sources);
  const offenders = (isAllowed: (one: Import) => boolean): readonly string[] =>
    imports.flatMap((one) => (isAllowed(one) ? [] : [`${one.file} imports ${one.specifier}`]));
  const isListed = (list: readonly string[] | undefined, what: string, typeOnly: boolean): boolean =>
    list?.includes(what) === true || (typeOnly && list?.includes(`type ${what}`) === true);

  it('are in exactly the folders that the table lists', () => {
    expect(imports.length).toBeGreaterThan(100);
    expect(new Set(imports.map(({ from }) => from)).difference(new Set(Object.keys(folders)))).toEqual(new Set());
    expect(new Set(Object.keys(folders)).difference(new Set(globSync('*', { cwd: sources })))).toEqual(new Set());
  });

  it('import each other only as the table allows', () => {
    const wrong = offenders(({ file, from, specifier, typeOnly }) => {
      if (!specifier.startsWith('.')) return true;
      const target = topOf(relative(sources, join(sources, dirname(file), specifier)));
      return target === from || target === '..' || isListed(folders[from], target, typeOnly);
    });
    expect(wrong).toEqual([]);
  });

  it('import each npm package only in the folders that the table lists for it', () => {
    const wrong = offenders(
      ({ from, specifier, typeOnly }) =>
        specifier.startsWith('.') || isBuiltin(specifier) || isListed(packages[packageOf(specifier)], from, typeOnly),
    );
    expect(wrong).toEqual([]);
  });

  it('have no two folders that import each other', () => {
    const pairs = Object.entries(folders).flatMap(([from, targets]) =>
      targets.flatMap((target) =>
        folders[target.replace('type ', '')]?.includes(from) === true ? [[from, target]] : [],
      ),
    );
    expect(pairs).toEqual([]);
  });

  it('import no npm packages or Node modules in pure folders', () => {
    const wrong = offenders(
      ({ from, specifier, typeOnly }) => !pure.includes(from) || typeOnly || specifier.startsWith('.'),
    );
    expect(wrong).toEqual([]);
  });
});

/** Returns the files that a file of the kernel imports, directly or not, now or later. */
function reachedFrom(file: string): ReadonlySet<string> {
  const sources = join(import.meta.dirname, '../../core/kernel/src');
  const imports = Map.groupBy(importsIn(sources), (one) => one.file);
  const reached = new Set([file]);
  // Iterating over a set also visits elements added during the iteration.
  for (const from of reached) {
    for (const { specifier, typeOnly } of imports.get(from) ?? []) {
      const target = join(dirname(from), specifier);
      // Examples in comments import files of a reader.
      if (specifier.startsWith('.') && !typeOnly && existsSync(join(sources, target))) reached.add(target);
    }
  }
  return reached;
}

describe('open(), whatever it loads later', () => {
  const reached = [...reachedFrom('open/open.ts')];

  it('reaches most of the kernel, and never the command line', () => {
    expect(reached.length).toBeGreaterThan(150);
    expect(reached).toContain('entities/postgres-orm.ts');
    expect(reached.filter((file) => /^cli[/.]/.test(file))).toEqual([]);
  });

  it('prints nothing, ends no process, and reads neither arguments nor environment', () => {
    // Messages only name these functions.
    const sources = reached.filter((file) => !file.startsWith('error/'));
    const wrong = sources.flatMap((file) => {
      const source = readFileSync(join(import.meta.dirname, '../../core/kernel/src', file), 'utf8');
      const text = source.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
      const found =
        text.match(/\bconsole\.|\bprocess\.(?:env|argv|execArgv|exit|exitCode|on|once|stdout|stderr|emit)\b/g) ?? [];
      return found.map((what) => `${file}: ${what}`);
    });
    expect(wrong.toSorted()).toEqual([
      // While revision files of a linked plugin are imported from its sources.
      'plugin/deadline.ts: process.once',
      // The command of `upgrade.beforeBreaking` gets the environment of the process, and variables of its own.
      'run/breaking-command.ts: process.env',
      // How Node itself was started: whether it resolves linked packages to their sources.
      'runtime/source-condition.ts: process.env',
      'runtime/source-condition.ts: process.execArgv',
    ]);
  });
});

describe('the packages', () => {
  const kernelImports = importsIn(join(import.meta.dirname, '../../core/kernel/src'));
  const devImports = importsIn(join(import.meta.dirname, '../../core/dev/src'));

  it('never import developer tools or plugins into the kernel', () => {
    const wrong = kernelImports.filter(({ specifier }) =>
      /^@headwater\/|(?:^|\/)(?:core\/)?(?:dev|plugins)\//.test(specifier),
    );
    expect(wrong).toEqual([]);
  });

  it('import the kernel into the developer tools only through its doors', () => {
    const internalDoors = globSync('*.ts', { cwd: join(import.meta.dirname, '../../core/kernel/src/internal') }).map(
      (file) => `@headwater/kernel/internal/${file.replace(/\.ts$/, '')}`,
    );
    const doors = new Set(['@headwater/kernel', '@headwater/kernel/plugin', ...internalDoors]);
    const used = devImports.filter(({ specifier }) => specifier.startsWith('@headwater/'));
    expect(used.length).toBeGreaterThan(10);
    expect(used.filter(({ specifier }) => !doors.has(specifier))).toEqual([]);
    expect(devImports.filter(({ specifier }) => specifier.includes('kernel/src'))).toEqual([]);
  });
});
