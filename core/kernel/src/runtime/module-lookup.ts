import { existsSync, readFileSync } from 'node:fs';
import { findPackageJSON, registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

/** The folder of a package of a great many modules: what entities and options bring along. */
const crowded = /^.*\/node_modules\/(?:@mikro-orm\/[^/]+|kysely|zod)\//;

let registered = false;

/**
 * From now on, answers for Node when a module of MikroORM, kysely or zod asks for another one beside it, of which there are
 * some 450. Node looks each up with its real path and the package.json above it, which takes a fifth of a second;
 * docs/decisions/module-lookup.md has the numbers. The answers are Node's own, and all else it is asked as ever. Calling
 * it again changes nothing.
 */
export function lookUpQuickly(): void {
  if (registered) return;
  registered = true;
  const lookup = quickLookup();
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const { parentURL = '', conditions } = context;
      const [folder] = conditions.includes('import') ? (crowded.exec(parentURL) ?? []) : [];
      if (folder === undefined) return nextResolve(specifier, context);
      const url = lookup(folder, parentURL, specifier);
      return url === null ? nextResolve(specifier, context) : { url, format: 'module', shortCircuit: true };
    },
  });
}

/**
 * Gives a function that knows the URL of the ECMAScript module that `./name.js` or `../name.js` is for the module `parent`
 * of the package in `folder`, and `null` for what is not that plain: Node is to say. A parent is a real path, as all of
 * Node's URLs are.
 */
export function quickLookup(): (folder: string, parent: string, specifier: string) => string | null {
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
      // npm packs no symbolic links, so what is in the same package as a real path is one too. What is missing, Node explains.
      const plain = href.startsWith(folder) && existsSync(fileURLToPath(href)) && isModule(href);
      answers.set(href, (answer = plain ? href : null));
    }
    return answer;
  };
}
