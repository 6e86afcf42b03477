import { existsSync, readFileSync } from 'node:fs';
import { isInNodeModules, pinnedPath } from '../config/project-root.ts';
import { explainFileError } from '../error/file-error.ts';
import { kernelError } from '../error/kernel-codes.ts';
import { isRecord } from './packages.ts';
import type { PluginSet } from './plugin-set.ts';

/** A plugin as `headwater.lock.json` records it. */
export interface PinnedPlugin {
  readonly package: string;
  readonly version: string;
  /** The raw hashes of its revisions, by id. */
  readonly revisions: Readonly<Record<string, string>>;
}

/**
 * The content of `headwater.lock.json`, by plugin: the installed plugins of an application and their revisions. Plugins of
 * its own workspace are excluded, since version control has their revisions anyway.
 */
export type PinnedSet = Readonly<Record<string, PinnedPlugin>>;

/** Returns the installed plugins of a set. The revisions are not read again: their hashes come from the manifests. */
export function pinnedSetOf({ plugins }: PluginSet): PinnedSet {
  const installed = plugins.filter(({ directory }) => isInNodeModules(directory));
  return sorted(
    installed.map(({ name, package: from, version, revisions }) => [
      name,
      { package: from, version, revisions: sorted(revisions.map(({ id, raw }) => [id, raw])) },
    ]),
  );
}

function sorted<T>(entries: readonly (readonly [key: string, value: T])[]): Readonly<Record<string, T>> {
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** The format of the file. */
const format = 1;

/** Returns the text of the file: sorted, with one line for each revision. */
export function pinnedText(set: PinnedSet): string {
  return `${JSON.stringify({ format, plugins: set }, null, 2)}\n`;
}

/** Reads the file of the project `root`; returns `null` if there is none. Throws PINNED_SET_INVALID. */
export function readPinnedSet(root: string): PinnedSet | null {
  const file = pinnedPath(root);
  if (!existsSync(file)) return null;
  try {
    return parsePinnedSet(readFileSync(file, 'utf8'), file);
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw kernelError('PINNED_SET_INVALID', { file, problem: explainFileError(error) }, { cause: error });
  }
}

/** Parses the text of the file. Throws PINNED_SET_INVALID. */
export function parsePinnedSet(text: string, file: string): PinnedSet {
  const refuse = (problem: string): Error => kernelError('PINNED_SET_INVALID', { file, problem });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw refuse('it is not JSON, maybe because of a merge conflict');
  }
  if (!isRecord(json) || json['format'] !== format) throw refuse(`it has no "format": ${format}`);
  const { plugins } = json;
  if (!isRecord(plugins)) throw refuse('"plugins" is not an object');
  for (const [name, plugin] of Object.entries(plugins)) {
    if (!isPinnedPlugin(plugin)) throw refuse(`/plugins/${name} is not a package with its version and revisions`);
  }
  // Every entry has just been checked.
  return plugins as PinnedSet;
}

function isPinnedPlugin(json: unknown): boolean {
  if (!isRecord(json) || !isRecord(json['revisions'])) return false;
  const { package: from, version, revisions } = json;
  return [from, version, ...Object.values(revisions)].every((text) => typeof text === 'string');
}

/**
 * Returns the differences between the file and the installed plugins, each as a sentence. A plugin that is listed but not
 * active makes no difference: its revisions do not run.
 */
export function pinnedDifferences(pinned: PinnedSet, installed: PinnedSet): readonly string[] {
  return Object.entries(installed).flatMap(([name, found]) => {
    const listed = Object.hasOwn(pinned, name) ? pinned[name] : undefined;
    const shown = `${found.package} ${found.version}`;
    if (listed === undefined) return [`${name} (${shown}) is not listed`];
    const expected = `${listed.package} ${listed.version}`;
    const ids = new Set([...Object.keys(listed.revisions), ...Object.keys(found.revisions)]);
    return [
      ...(expected === shown ? [] : [`${name} is ${shown}, and ${expected} is listed`]),
      ...[...ids].toSorted().flatMap((id) => {
        const [before, now] = [listed.revisions[id], found.revisions[id]];
        if (before === now) return [];
        return [
          `${id} ${before === undefined ? 'is not listed' : now === undefined ? 'is not installed' : 'has another hash'}`,
        ];
      }),
    ];
  });
}

/**
 * Compares the installed plugins with `headwater.lock.json`, if the project `root` has one. With `mustEqual`, as in
 * production, a difference is refused; otherwise `warn` is called. Throws PINNED_SET_DIFFERS, PINNED_SET_INVALID.
 */
export function comparePinnedSet(
  root: string,
  set: PluginSet,
  mustEqual: boolean,
  warn: (message: string) => void,
): void {
  const pinned = readPinnedSet(root);
  if (pinned === null) return;
  const differences = pinnedDifferences(pinned, pinnedSetOf(set));
  if (differences.length === 0) return;
  const error = kernelError('PINNED_SET_DIFFERS', { file: pinnedPath(root), differences });
  if (mustEqual) throw error;
  warn(`${error.message} ${error.hint}`);
}
