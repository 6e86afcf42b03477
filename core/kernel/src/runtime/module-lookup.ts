import { existsSync, readFileSync } from 'node:fs';
import { findPackageJSON, registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { runtimeTricksEnabled } from './tricks.ts';

/** The folders of packages that consist of very many modules and that entities and option schemas load. */
const largePackage = /^.*\/node_modules\/(?:@mikro-orm\/[^/]+|kysely|zod)\//;

let registered = false;

/**
 * Starts resolving the relative imports inside MikroORM, kysely and zod in Node's place. There are some 1,800 of them;
 * Node checks the real path and the package.json files above each, which takes a fifth of a second
 * (docs/decisions/runtime.md). The results are the same as Node's, and Node resolves everything else as always. Does
 * nothing outside the process of the `kernel` command. Further calls do nothing.
 */
export function speedUpModuleLookup(): void {
  if (registered || !runtimeTricksEnabled()) return;
  registered = true;
  const lookup = moduleLookup();
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const { parentURL = '', conditions } = context;
      const [folder] = conditions.includes('import') ? (largePackage.exec(parentURL) ?? []) : [];
      if (folder === undefined) return nextResolve(specifier, context);
      const url = lookup(folder, parentURL, specifier);
      return url === null ? nextResolve(specifier, context) : { url, format: 'module', shortCircuit: true };
    },
  });
}

/**
 * Returns a function that resolves `./name.js` or `../name.js`, imported by the module `parent` of the package in
 * `folder`, to the URL of an ECMAScript module. The function returns `null` for anything less simple, which is left to
 * Node. `parent` is a real path, as all of Node's module URLs are.
 */
export function moduleLookup(): (folder: string, parent: string, specifier: string) => string | null {
  const answers = new Map<string, string | null>();
  const folders = new Map<string, boolean>();
  /** Whether a `.js` file is an ECMAScript module, by the nearest package.json. */
  const isModule = (url: string): boolean => {
    const folder = url.slice(0, url.lastIndexOf('/'));
    let modules = folders.get(folder);
    if (modules === undefined) {
      const file = findPackageJSON(url);
      const text = file === undefined ? '{}' : readFileSync(file, 'utf8');
      folders.set(folder, (modules = (JSON.parse(text) as { readonly type?: unknown }).type === 'module'));
    }
    return modules;
  };
  return (folder, parent, specifier) => {
    if (!/^\.\.?\/[\w./-]+\.js$/.test(specifier)) return null;
    const { href } = new URL(specifier, parent);
    let answer = answers.get(href);
    if (answer === undefined) {
      // npm packs no symbolic links, so every path below a real folder is real too. Node reports a missing file itself.
      const plain = href.startsWith(folder) && existsSync(fileURLToPath(href)) && isModule(href);
      answers.set(href, (answer = plain ? href : null));
    }
    return answer;
  };
}
