import type { PinnedPlugin, PinnedSet } from '../plugin/pinned-set.ts';

/**
 * Summarizes what changed from one set of plugins to another, in Markdown for a pull request. `breaking` holds the ids of
 * breaking revisions.
 */
export function summarizePinned(before: PinnedSet, now: PinnedSet, breaking: ReadonlySet<string>): string {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])].toSorted();
  const rows = names.flatMap((name) => rowOf(name, before[name], now[name]));
  if (rows.length === 0) return '### Plugins\n\nNo plugin changes.';
  const added = names.flatMap((name) => newRevisions(before[name], now[name]));
  const listed = added.map((id) => `- \`${id}\`${breaking.has(id) ? ' **breaking**' : ''}`);
  return [
    '### Plugins',
    '',
    '| plugin | package | before | now |',
    '|---|---|---|---|',
    ...rows,
    '',
    ...(listed.length === 0
      ? ['No revision is new.']
      : ['New revisions, which the next start applies:', '', ...listed]),
    ...warnings(names, before, now),
  ].join('\n');
}

function rowOf(name: string, before: PinnedPlugin | undefined, now: PinnedPlugin | undefined): readonly string[] {
  if (JSON.stringify(before) === JSON.stringify(now)) return [];
  const from = now?.package ?? before?.package ?? '';
  return [`| ${name} | \`${from}\` | ${before?.version ?? '–'} | ${now?.version ?? 'removed'} |`];
}

function newRevisions(before: PinnedPlugin | undefined, now: PinnedPlugin | undefined): readonly string[] {
  return Object.keys(now?.revisions ?? {}).filter((id) => !Object.hasOwn(before?.revisions ?? {}, id));
}

/** Names what a reviewer must not miss: another package, and revisions that were changed or are gone. */
function warnings(names: readonly string[], before: PinnedSet, now: PinnedSet): readonly string[] {
  const lines = names.flatMap((name) => {
    const [old, current] = [before[name], now[name]];
    if (old === undefined || current === undefined) return [];
    const moved =
      old.package === current.package
        ? []
        : [`- **${name} comes from another package than before: \`${old.package}\`**`];
    const changed = Object.entries(old.revisions).flatMap(([id, hash]) => {
      const found = current.revisions[id];
      return found === hash ? [] : [`- **\`${id}\` ${found === undefined ? 'is gone' : 'was changed'}**`];
    });
    return [...moved, ...changed];
  });
  return lines.length === 0 ? [] : ['', 'Databases may have applied:', '', ...lines];
}
