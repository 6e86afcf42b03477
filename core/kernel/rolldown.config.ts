// What npm publishes: the doors of package.json as few files, so that a run reads few. Their declarations are tsc's.
// Why, and what is in which file: docs/decisions/bundle.md.
import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, type ChunkingContext, type CodeSplittingGroup, type Plugin } from 'rolldown';
import packageFile from './package.json' with { type: 'json' };

const { exports: doors } = packageFile;
const here = import.meta.dirname;
const source = (path: string): string => join(here, 'src', path);

/** The doors, as paths below `src`, without `.ts`. */
const entries = Object.values(doors).flatMap((door) =>
  typeof door === 'string' ? [] : [door['headwater-source'].replaceAll(/^\.\/src\/|\.ts$/g, '')],
);

/** Whatever these import, other than at a later moment, runs also where nothing is pending. */
const upgrade = ['cli/main.ts', 'cli/commands/migrate-up.ts'].map(source);
const contract = [source('plugin.ts')];
/** Imported at a later moment, which is every moment but `--help`: it runs when it is asked for, wherever it is. */
const driver = fileURLToPath(import.meta.resolve('pg/lib/client.js'));

/** Puts into one file what `files` import statically, less what a group of a higher priority has. */
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
  // A set also gives what is added to it meanwhile.
  for (const id of reached) for (const other of context.getModuleInfo(id)?.importedIds ?? []) reached.add(other);
  return reached;
}

/**
 * Takes Node's own modules without an import. For an import Node reads all that such a module has, and much of that is
 * only loaded when it is read: the streams and promises of `fs`, the web's side of `crypto`.
 */
const builtins: Plugin = {
  name: 'builtins',
  renderChunk: (code) =>
    code.replaceAll(/^import \{([^}]+)\} from "(node:[^"]+)";$/gm, (_, names: string, from: string) =>
      from === 'node:crypto'
        ? names.split(',').map(whenCalled).join('\n')
        : `const {${names.replaceAll(' as ', ': ')}} = process.getBuiltinModule("${from}");`,
    ),
};

/** A function of Node's crypto, which takes 10 ms to load: many commands have nothing to hash. */
function whenCalled(imported: string): string {
  const [name = '', local = name] = imported.trim().split(' as ');
  return `const ${local} = (...given) => process.getBuiltinModule("node:crypto").${name}(...given);`;
}

/** The packages that are put in, with what they import: see docs/decisions/bundle.md. */
const inlined = /^(?:inversify|umzug|pg\/lib\/client\.js)$/;

function isExternal(id: string, importer: string | undefined): boolean {
  if (isBuiltin(id)) return true;
  if (/^(?:[./]|[A-Za-z]:[\\/])/.test(id) || inlined.test(id)) return false;
  // Of no use on Node, where it is never asked for.
  if (id === 'pg-cloudflare') return true;
  // This one is of the whole process, and so everybody's.
  return id.startsWith('reflect-metadata') || importer === undefined || !isInstalled(importer);
}

function isInstalled(file: string): boolean {
  return /[\\/]node_modules[\\/]/.test(file);
}

/** Umzug's own command line, which nobody can call here, would be six sevenths of the time that it takes to load. */
const withoutUmzugCli: Plugin = {
  name: 'without-umzug-cli',
  load: {
    filter: { id: /[\\/]umzug[\\/]lib[\\/]cli\.js$/ },
    handler: () => '',
  },
};

/** Puts the licences of what is put in beside it, as they ask for. */
const licences: Plugin = {
  name: 'licences',
  generateBundle(_, bundle) {
    const files = Object.values(bundle).flatMap((output) => (output.type === 'chunk' ? output.moduleIds : []));
    const packages = new Set(
      files.flatMap((file) => /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(file) ?? []),
    );
    const texts = Array.from(packages).toSorted().map(licenceOf);
    this.emitFile({ type: 'asset', fileName: 'licences.txt', source: texts.join('\n') });
  },
};

/** What a package.json says of whose a package is. */
interface Credits {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly author?: string | { readonly name: string };
}

function licenceOf(folder: string): string {
  const { name, version, license, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Credits;
  const file = readdirSync(folder).find((entry) => /^licen[cs]e(?:\.(?:md|txt))?$/i.test(entry));
  if (file !== undefined) return `${name} ${version}\n\n${readFileSync(join(folder, file), 'utf8')}`;
  const holder = typeof author === 'object' ? author.name : author;
  if (license !== 'MIT' || holder === undefined) throw new Error(`${name} has no licence to be carried along`);
  return `${name} ${version}\n\nMIT License\n\nCopyright (c) ${holder}\n`;
}

export default defineConfig({
  cwd: here,
  input: Object.fromEntries(entries.map((entry) => [entry, source(`${entry}.ts`)])),
  external: isExternal,
  platform: 'node',
  plugins: [withoutUmzugCli, builtins, licences],
  output: {
    dir: 'dist',
    entryFileNames: '[name].js',
    // As deep below `dist` as the modules were below `src`: what looks for package.json from there finds it.
    chunkFileNames: 'chunk/[name].js',
    comments: false,
    codeSplitting: {
      groups: [
        group('contract', 3, contract),
        group('kernel', 2, [...upgrade, driver]),
        { name: 'umzug', test: /[\\/]node_modules[\\/]umzug[\\/]/, priority: 1 },
      ],
    },
  },
});
