import { watch, type FSWatcher } from 'node:fs';
import { join } from 'node:path';
import type { WatchedFolder } from './watched-folders.ts';

/** The time in milliseconds without another change after which a change counts. An editor may save many files at once. */
const settling = 150;

/** A watch over folders with sources. */
export interface SourceWatch extends Disposable {
  /** Resolves with a changed file, once no more changes follow. A change since the last call counts too. */
  readonly next: () => Promise<string>;
}

/** Watches folders. Files that are not sources, and those that commands write, do not count. */
export function openSourceWatch(folders: readonly WatchedFolder[]): SourceWatch {
  let changed: string | null = null;
  let timer: NodeJS.Timeout | undefined;
  let waiting: ((file: string) => void) | null = null;
  const settle = (): void => {
    if (changed === null || waiting === null) return;
    const [resolve, file] = [waiting, changed];
    [waiting, changed] = [null, null];
    resolve(file);
  };
  const watchers = folders.map(({ path, deep }): FSWatcher =>
    watch(path, { recursive: deep }, (_, name) => {
      if (name === null || !isSource(name)) return;
      changed = join(path, name);
      clearTimeout(timer);
      timer = setTimeout(settle, settling);
    }),
  );
  return {
    next() {
      const { promise, resolve } = Promise.withResolvers<string>();
      waiting = resolve;
      // Without a timer, what changed has settled while nobody waited.
      if (changed !== null) timer = setTimeout(settle, settling);
      return promise;
    },
    [Symbol.dispose]() {
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
    },
  };
}

/** Returns whether a change of this file, relative to a watched folder, can change the application. */
export function isSource(path: string): boolean {
  const parts = path.split(/[/\\]/);
  if (parts.some((part) => part === 'node_modules' || part === 'dist' || part.startsWith('.'))) return false;
  const name = parts.at(-1) ?? '';
  return name !== 'config.schema.json' && /\.(?:[mc]?[jt]sx?|json)$/.test(name);
}
