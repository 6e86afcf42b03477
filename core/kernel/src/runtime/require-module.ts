import { createRequire } from 'node:module';

/**
 * Loads a module of the kernel when it is needed, and synchronously, which `import()` cannot do. `path` is relative to
 * `src`, without extension. The bundle has an entry of that name, and its files are as deep as the sources.
 */
export function requireModule(path: string): unknown {
  const extension = import.meta.url.slice(-2);
  return createRequire(import.meta.url)(`../${path}.${extension}`);
}
