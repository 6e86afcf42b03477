// Bundles the doors of package.json into a few files for npm, because each file that Node reads costs time. tsc emits
// their declarations. docs/decisions/bundle.md explains the reasons and the content of each file.
import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { defineConfig, type ChunkingContext, type CodeSplittingGroup, type Plugin } from 'rolldown';
import packageFile from './package.json' with { type: 'json' };

const { exports: doors } = packageFile;
const here = import.meta.dirname;
const source = (path: string): string => join(here, 'src', path);

/** Loaded before everything else but `contract`, so that Node caches the compiled code of all other files. */
const tricks = 'runtime/tricks';

/** The paths of the doors, relative to `src` and without `.ts`. */
const entries = Object.values(doors).flatMap((door) =>
  typeof door === 'string' ? [] : [door['headwater-source'].replaceAll(/^\.\/src\/|\.ts$/g, '')],
);

/** Loaded with `require` when the first error is created. */
const errorTexts = 'error/codes/all';

/**
 * Everything that these modules import statically is also needed when nothing is pending. A host that writes loads the
 * command line with the migrations, in a millisecond, which each command would take longer for another file.
 */
const upgrade = ['cli/main.ts', 'cli/commands/migrate-up.ts', 'open/migrations.ts'].map(source);
/** Imported dynamically, but by everything that runs revisions. */
const run = ['run/open-run.ts', 'run/run-steps.ts', 'run/recover.ts'].map(source);
/** Imported dynamically by runs, and by every start, which must not read all of `run`. */
const shared = ['plugin/running-plugin.ts', 'telemetry/spans.ts', 'db/preflight.ts'].map(source);
const contract = [source('plugin.ts'), source(`${tricks}.ts`)];
/** Imported dynamically, but by every command except help. It runs on import, whichever file contains it. */
const driver = source('db/driver.ts');
/** Imported dynamically too, and needed for the connections of hosts, which bring the rest of the driver. */
const parsers = source('db/parsers.ts');

/** Puts everything that `files` import statically into one file, except for the modules of a group with a higher priority. */
function group(name: string, priority: number, files: readonly string[]): CodeSplittingGroup {
  let reached: ReadonlySet<string> | null = null;
  return {
    name(id, context) {
      reached ??= reachedFrom(files, context);
      return reached.has(id) ? name : null;
    },
    debugName: name,
    priority,
  };
}

function reachedFrom(files: readonly string[], context: ChunkingContext): ReadonlySet<string> {
  const reached = new Set(files);
  // Iterating over a set also visits elements added during the iteration.
  for (const id of reached) for (const other of context.getModuleInfo(id)?.importedIds ?? []) reached.add(other);
  return reached;
}

/**
 * Loads Node's built-in modules with `require`. An `import` makes Node read every export of such a module, and reading
 * some of them loads more modules, such as the streams and promises of `fs`. That takes 5 ms, a twentieth of a run with
 * nothing pending.
 */
const requiredBuiltins: Plugin = {
  name: 'required-builtins',
  renderChunk(code) {
    const imports = /^import \{([^}]+)\} from "(node:(?!module")[^"]+)";$/gm;
    const required = code.replaceAll(
      imports,
      (_, names: string, from: string) => `const {${names.replaceAll(' as ', ': ')}} = nodeRequire("${from}");`,
    );
    if (required === code) return code;
    const makeRequire = 'import { createRequire as makeRequire } from "node:module";';
    return `${makeRequire}\nconst nodeRequire = makeRequire(import.meta.url);\n${required}`;
  },
};

/** The packages that are bundled, with their dependencies: see docs/decisions/bundle.md. */
const inlined = /^(?:inversify|umzug|pg\/lib\/client\.js|pg-types\/lib\/textParsers\.js)$/;

function isExternal(id: string, importer: string | undefined): boolean {
  if (isBuiltin(id)) return true;
  if (/^(?:[./]|[A-Za-z]:[\\/])/.test(id) || inlined.test(id)) return false;
  // pg requires it only outside Node.
  if (id === 'pg-cloudflare') return true;
  // It changes the whole process, so there must be only one copy.
  return id.startsWith('reflect-metadata') || importer === undefined || !isInstalled(importer);
}

function isInstalled(file: string): boolean {
  return /[\\/]node_modules[\\/]/.test(file);
}

/**
 * Umzug's own command line and its search for migration files are unreachable here. They account for most of umzug's load
 * time.
 */
const withoutUnusedUmzug: Plugin = {
  name: 'without-unused-umzug',
  load: {
    filter: { id: /[\\/](?:umzug[\\/]lib[\\/]cli\.js|tinyglobby[\\/]dist[\\/]index\.c?js)$/ },
    handler: () => '',
  },
};

/** Without `treeshake`, each file imports rolldown's helpers, even one that uses none. A plugin's code would read them. */
const withoutUnusedHelpers: Plugin = {
  name: 'without-unused-helpers',
  renderChunk: (code) => code.replace(/^import "[./]*(?:chunk\/)?rolldown-runtime\.js";\n/m, ''),
};

/** Writes the licenses of the bundled packages into a file, as the licenses require. */
const licenses: Plugin = {
  name: 'licenses',
  generateBundle(_, bundle) {
    const files = Object.values(bundle).flatMap((output) => (output.type === 'chunk' ? output.moduleIds : []));
    const packages = new Set(
      files.flatMap((file) => /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(file) ?? []),
    );
    const texts = Array.from(packages).toSorted().map(licenseOf);
    this.emitFile({ type: 'asset', fileName: 'licenses.txt', source: texts.join('\n') });
  },
};

/** The fields of a package.json that name its author and license. */
interface Credits {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly author?: string | { readonly name: string };
}

function licenseOf(folder: string): string {
  const { name, version, license, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Credits;
  const file = readdirSync(folder).find((entry) => /^licen[cs]e(?:\.(?:md|txt))?$/i.test(entry));
  if (file !== undefined) return `${name} ${version}\n\n${readFileSync(join(folder, file), 'utf8')}`;
  const holder = typeof author === 'object' ? author.name : author;
  if (license !== 'MIT' || holder === undefined)
    throw new Error(`${name} has no license text, and its license is not MIT with an author`);
  return `${name} ${version}\n\nMIT License\n\nCopyright (c) ${holder}\n`;
}

export default defineConfig({
  cwd: here,
  input: Object.fromEntries([...entries, tricks, errorTexts].map((entry) => [entry, source(`${entry}.ts`)])),
  external: isExternal,
  platform: 'node',
  // With its defaults for `treeshake`, `optimization` and `minify`, rolldown rewrites functions. It even removes a call of
  // decodeURIComponent that is made for its error.
  treeshake: false,
  optimization: { inlineConst: false },
  plugins: [withoutUnusedUmzug, requiredBuiltins, withoutUnusedHelpers, licenses],
  output: {
    dir: 'dist',
    entryFileNames: '[name].js',
    // Chunks are as deep below `dist` as modules are below `src`: some locate package.json relative to their folder.
    chunkFileNames: 'chunk/[name].js',
    comments: false,
    minify: false,
    codeSplitting: {
      groups: [
        group('contract', 4, contract),
        group('open', 3, [source('open/open.ts'), source('open/boot.ts')]),
        group('parsers', 3, [parsers]),
        group('driver', 1, [driver]),
        group('run', 1, run),
        group('kernel', 2, [...upgrade, ...shared]),
        { name: 'umzug', test: /[\\/]node_modules[\\/]umzug[\\/]/, priority: 1 },
      ],
    },
  },
});
