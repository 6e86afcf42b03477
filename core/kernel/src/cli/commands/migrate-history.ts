import { kernelError } from '../../error/kernel-codes.ts';
import type { Branch, KnownRevision } from '../../migrate/branch-status.ts';
import type { ApplicationRecord } from '../../open/application-record.ts';
import { entriesOf, readHistory, type History } from '../../open/history.ts';
import type { Command } from '../command.ts';
import type { Colors } from '../colors.ts';
import { eventText } from '../event-text.ts';
import { columns, duration, moment } from '../format-text.ts';
import { withProject } from '../open-project.ts';
import { usageOf } from '../signature.ts';

/** `kernel migrate:history [plugin]`. */
export const migrateHistory: Command = {
  about:
    'Lists each branch from its base to its head, with the revisions of other branches that each one depends on, and ' +
    'whether, when and by which version of its package it was applied, and how long that took. Dormant branches are ' +
    'read from the ledger. A range lists the part of one branch between two revisions, both included.',
  arguments: [
    {
      name: 'range',
      about: 'a plugin, or a range: likes@0002:likes@0005, likes@0002: or :likes@0005',
      complete: 'branch',
    },
  ],
  options: [
    { flag: 'verbose', about: 'add the run and the host to each revision' },
    { flag: 'offline', about: 'do not connect: list only the revisions in the code' },
  ],
  examples: [
    { line: 'kernel migrate:history likes', about: 'one branch' },
    { line: 'kernel migrate:history likes@0002:', about: 'from a revision up to the head of its branch' },
    { line: 'kernel migrate:history --verbose', about: 'find out which run has applied a revision, and where' },
  ],
  exits: [
    { code: 2, about: 'no revision or plugin has that name' },
    { code: 20, about: 'the database cannot be reached, and --offline was not given' },
  ],
  async run({ operands: [range], switches }, context) {
    const options = { ...rangeOf(range), offline: switches.has('offline') };
    const history = await withProject(context, (project) => readHistory(project, options));
    return {
      json: { revisions: entriesOf(history) },
      text: (colors) => explain(history, switches.has('verbose'), colors),
    };
  },
};

/** Reads `likes`, `likes@0002:likes@0005`, `likes@0002:` or `:likes@0005`. Throws USAGE. */
function rangeOf(text: string | undefined): { readonly plugin?: string; readonly from?: string; readonly to?: string } {
  if (text === undefined) return {};
  const [from = '', to, ...others] = text.split(':');
  if (to === undefined) return from.includes('@') ? { from, to: from } : { plugin: from };
  if (others.length > 0 || (from === '' && to === '')) {
    const what = `kernel migrate:history: "${text}" is not a range; write likes@0002:likes@0005, likes@0002: or :likes@0005.`;
    throw kernelError('USAGE', { what, usage: usageOf('migrate:history', migrateHistory), command: 'migrate:history' });
  }
  return { ...(from !== '' && { from }), ...(to !== '' && { to }) };
}

function explain(history: History, isVerbose: boolean, colors: Colors): string {
  const width = Math.max(0, ...history.branches.flatMap(({ revisions }) => revisions.map(({ id }) => id.length)));
  return history.branches.map((branch) => explainBranch(branch, history, { isVerbose, width, colors })).join('\n\n');
}

function explainBranch(
  { plugin, active, revisions }: Branch,
  { records }: History,
  { isVerbose, width, colors }: { readonly isVerbose: boolean; readonly width: number; readonly colors: Colors },
): string {
  const head = active === null ? 'dormant: its plugin is not active' : `${active.package} ${active.version}`;
  const rows = revisions.map((revision) => {
    const record = records.get(revision.id);
    const name = `${stateLabel(revision, colors)}${revision.id.padEnd(record === undefined ? 0 : width)}`;
    const marks = [
      ...(revision.breaking ? ['breaking'] : []),
      ...(revision.replaces.length > 0 ? [`replaces ${revision.replaces.length} revisions`] : []),
    ];
    const mark = marks.length === 0 ? '' : `(${marks.join(', ')})`;
    if (record === undefined) return [name, ...(mark === '' ? [] : [mark])];
    const time = record.stamped ? 'stamped' : duration(record.durationMs);
    return [name, moment(record.at), record.version, time, mark];
  });
  const indent = ' '.repeat(revisions.some(({ state }) => state !== null) ? 15 : 6);
  const lines = columns(rows).flatMap((line, i) => {
    const revision = revisions[i];
    const record = isVerbose ? records.get(revision?.id ?? '') : undefined;
    return [
      `  ${line}`,
      ...(record === undefined
        ? []
        : [colors.dim(`${indent}run ${record.run} on ${record.host ?? 'an unknown host'}`)]),
      ...changesOf(records.get(revision?.id ?? '')).map((text) => colors.dim(`${indent}${text}`)),
      ...(revision?.dependsOn ?? []).map((id) => colors.dim(`${indent}after ${id}`)),
    ];
  });
  return [`${colors.bold(plugin)}  ${head}`, ...(lines.length === 0 ? ['  no revisions'] : lines)].join('\n');
}

function changesOf(record: ApplicationRecord | undefined): readonly string[] {
  const changes = (record?.events ?? []).filter(({ kind }) => kind !== 'stamp');
  return changes.map((event) => eventText(event).join(' '));
}

function stateLabel({ state }: KnownRevision, colors: Colors): string {
  if (state === null) return '';
  const word = state.padEnd(9);
  return state === 'applied' ? colors.green(word) : state === 'pending' ? colors.bold(word) : colors.yellow(word);
}
