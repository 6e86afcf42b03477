import type { Command } from '../command.ts';
import type { Colors } from '../colors.ts';
import { readRevision, type FoundRevision, type ShownRevision } from '../../open/show.ts';
import { differenceText } from '../difference-text.ts';
import { eventText } from '../event-text.ts';
import { duration, moment } from '../format-text.ts';
import { withProject } from '../open-project.ts';

/** `kernel migrate:show <revision>`. */
export const migrateShow: Command = {
  about:
    'Shows one revision: the revisions that it revises and depends on, its file, its SQL up and down, and when and by ' +
    'which version it was applied, in which run and on which computer. If the code was edited since, it shows the ' +
    'difference. A revision that no active plugin has is read from the ledger.',
  arguments: [
    { name: 'revision', about: 'likes@0002 (a unique prefix), or likes, its head', required: true, complete: 'branch' },
  ],
  options: [
    { flag: 'applied', about: 'show the SQL that was run, from the ledger, not that of the code' },
    { flag: 'offline', about: 'do not connect: show the code alone' },
  ],
  examples: [
    { line: 'kernel migrate:show likes@0002', about: 'as it is in the code' },
    { line: 'kernel migrate:show likes@0002 --applied', about: 'as it was run, to compare the two' },
  ],
  exits: [{ code: 20, about: 'the database cannot be reached, and --offline was not given' }],
  async run({ operands: [target = ''], switches }, context) {
    const options = { applied: switches.has('applied'), offline: switches.has('offline') };
    const found = await withProject(context, (project) => readRevision(project, target, options));
    return { json: found.shown, text: (colors) => explain(found, colors) };
  },
};

function explain({ shown, known: { breaking, shipped, row } }: FoundRevision, colors: Colors): string {
  const marks = [
    ...(breaking ? ['breaking'] : []),
    ...(shipped?.transaction === false ? ['outside a transaction'] : []),
  ];
  const by = shown.appliedBy;
  const changes = shown.events.filter(({ kind }) => kind !== 'stamp');
  const isUnchecked = shown.events.some(({ kind, unchecked }) => kind === 'stamp' && unchecked);
  const facts: readonly (readonly [string, string])[] = [
    ['revises', shown.revises.join(', ') || 'nothing; it is the base of its branch'],
    ['depends on', shown.dependsOn.join(', ') || 'nothing'],
    ['replaces', shown.replaces.join(', ')],
    ['squash', shown.replacedBy === null ? '' : `${shown.replacedBy} is in its place`],
    ['marks', marks.join(', ')],
    ['package', [shown.package, shown.version].filter((part) => part !== null).join(' ')],
    ['file', shown.file ?? 'none; only the ledger has it'],
    ['state', shown.state ?? ''],
    [
      shown.stamped ? 'stamped' : 'applied',
      by === null || shown.appliedAt === null
        ? ''
        : `${moment(shown.appliedAt)}, by ${by.package} ${by.version}${isUnchecked ? ', not compared with the database' : ''}`,
    ],
    ['took', shown.durationMs === null || shown.stamped ? '' : duration(shown.durationMs)],
    ['run', by === null ? '' : by.run],
    ['host', by === null || by.host === null ? '' : `${by.host}, kernel ${by.kernel}`],
    ...changes.map(eventText),
  ];
  const missing = shown.from === 'ledger' && row === null ? 'is not applied' : 'was code';
  const title = (direction: string): string => colors.bold(`-- ${direction}, from the ${shown.from}`);
  return [
    colors.bold(shown.id),
    ...facts.filter(([, value]) => value !== '').map(([name, value]) => `  ${name.padEnd(10)}  ${value}`),
    '',
    ...editedLines(shown, colors),
    title('up'),
    shown.up?.trim() ?? `-- ${missing}`,
    '',
    title('down'),
    shown.down?.trim() ?? (shipped?.down === null ? '-- none: it cannot be reverted' : `-- none, or ${missing}`),
  ].join('\n');
}

/** Shows the edit since the revision was applied. */
function editedLines({ edited }: ShownRevision, colors: Colors): readonly string[] {
  if (edited === null) return [];
  return [colors.yellow(`-- edited since it was applied: ${edited.what}`), ...differenceText(edited.lines, colors), ''];
}
