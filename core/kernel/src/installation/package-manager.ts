import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { kernelError } from '../error/kernel-codes.ts';
import { openPackages } from '../plugin/packages.ts';
import { reasonIn, runTool } from './run-tool.ts';

/** The package manager of a project. */
export interface PackageManager {
  readonly name: 'npm' | 'pnpm';
  /** The files that it changes: package.json and its lock file, absolute. Those that do not exist are not yet written. */
  readonly files: readonly string[];
  /** Installs packages, like `@acme/plugin-likes@1.2.0`. Throws PACKAGE_MANAGER_FAILED. */
  readonly add: (specs: readonly string[]) => Promise<void>;
  /** Removes a package. Throws PACKAGE_MANAGER_FAILED. */
  readonly remove: (name: string) => Promise<void>;
  /** Installs what the files say. Throws PACKAGE_MANAGER_FAILED. */
  readonly install: () => Promise<void>;
}

const lockFiles = { npm: 'package-lock.json', pnpm: 'pnpm-lock.yaml' } as const;

/**
 * Returns the package manager of the project `root`: that of the field `packageManager` in package.json, or else that of
 * the lock file, there or in the workspace above. Default: npm.
 */
export function packageManagerOf(root: string): PackageManager {
  const { name, folder } = detect(root);
  const files = [join(root, 'package.json'), join(folder, lockFiles[name])];
  const run = async (...args: readonly string[]): Promise<void> => {
    const { ok, output } = await runTool(name, args, root);
    if (ok) return;
    throw kernelError('PACKAGE_MANAGER_FAILED', {
      command: [name, ...args].join(' '),
      directory: root,
      reason: reasonIn(output),
    });
  };
  const quiet = name === 'npm' ? ['--no-audit', '--no-fund'] : [];
  return {
    name,
    files,
    add: (specs) => run(name === 'npm' ? 'install' : 'add', ...specs, ...quiet),
    remove: (one) => run(name === 'npm' ? 'uninstall' : 'remove', one, ...quiet),
    install: () => run('install', ...quiet),
  };
}

function detect(root: string): { readonly name: PackageManager['name']; readonly folder: string } {
  const packages = openPackages();
  for (let folder = root; ; folder = dirname(folder)) {
    const field = existsSync(join(folder, 'package.json')) ? packages.read(folder).fields['packageManager'] : undefined;
    const declared = typeof field === 'string' ? /^(npm|pnpm)@/.exec(field)?.[1] : undefined;
    const locked = (['npm', 'pnpm'] as const).find((name) => existsSync(join(folder, lockFiles[name])));
    if (declared === 'npm' || declared === 'pnpm') return { name: declared, folder };
    if (locked !== undefined) return { name: locked, folder };
    if (folder === dirname(folder)) return { name: 'npm', folder: root };
  }
}

/** The content of files at one moment. */
export interface SavedFiles {
  /** Whether a file has changed since. */
  readonly changed: () => boolean;
  /** Writes the files as they were, and removes those that did not exist. */
  readonly restore: () => void;
}

/** Remembers the content of files, which need not exist. */
export function saveFiles(files: readonly string[]): SavedFiles {
  const read = (file: string): Buffer | null => (existsSync(file) ? readFileSync(file) : null);
  const saved = files.map((file) => [file, read(file)] as const);
  const differs = ([file, before]: (typeof saved)[number]): boolean => {
    const now = read(file);
    return before === null || now === null ? before !== now : !before.equals(now);
  };
  return {
    changed: () => saved.some(differs),
    restore() {
      for (const one of saved.filter(differs)) {
        const [file, before] = one;
        if (before === null) rmSync(file);
        else writeFileSync(file, before);
      }
    },
  };
}
