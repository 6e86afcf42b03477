import { relative } from 'node:path';
import { counted, type Context, type Colors, type Reply } from '@headwater/kernel/internal/command';
import { exitCode } from '@headwater/kernel/internal/errors';
import type { Plugin } from '@headwater/kernel/internal/plugins';
import type { PluginChanges } from '../authoring/change-owners.ts';
import { displayAddress } from '../authoring/declared-record.ts';
import { explainUnread } from '../authoring/unread-objects.ts';
import type { Draft } from '../authoring/draft.ts';
import type { RevisionDraft } from '../authoring/revision-source.ts';
import { explainChange } from '../difference/explain-change.ts';
import type { Finding } from '../lint/finding.ts';

/** The outcome of `migrate:create`. */
export interface CreateOutcome {
  readonly plugin: Plugin;
  readonly draft: Draft;
  /** The text of the revision file; `null` without a revision. */
  readonly text: string | null;
  /** The path of the file; `null` if nothing was written. */
  readonly file: string | null;
  /** The path of the lock file whose record was written; `null` if nothing was written. */
  readonly lock: string | null;
  /** Whether `--check` was given. */
  readonly check: boolean;
  /** Whether `--repair` was given. */
  readonly repair: boolean;
}

/** Reports the outcome of `migrate:create`. */
export function createReply(outcome: CreateOutcome, { cwd }: Pick<Context, 'cwd'>): Reply {
  const { plugin, draft, text, file, lock, check, repair } = outcome;
  const { revision, review, changes, installed, likelyRenames } = draft;
  const { risks, breaking } = review ?? { risks: [], breaking: null };
  return {
    exit: changes.length > 0 && check ? exitCode.pending : exitCode.done,
    json: {
      plugin: plugin.name,
      revision: revision?.id ?? null,
      file,
      changes,
      revises: revision?.revises ?? null,
      dependsOn: revision?.dependsOn ?? [],
      breaking,
      risks,
      unread: draft.unread,
      undeclared: draft.undeclared.map(displayAddress),
      lock,
      likelyRenames,
      installed: installed.flatMap(({ plugin: { name, package: packageName }, changes: lacking }) =>
        lacking.map((change) => ({ plugin: name, package: packageName, change: explainChange(change) })),
      ),
      text,
    },
    text: (colors) =>
      [
        ...explainInstalled(installed, colors),
        ...(revision === null
          ? [
              repair
                ? `The database has every object of ${plugin.name} as its revisions make it.`
                : explainChanges(draft, plugin, colors),
            ]
          : []),
        ...(revision !== null && file === null ? [(text ?? '').trimEnd()] : []),
        ...(revision !== null && file !== null
          ? explainWritten(revision, draft, { file: relative(cwd, file), repair }, colors)
          : []),
        ...(breaking === null ? [] : [`${colors.yellow('breaking')}: it ${breaking}`]),
        ...risks.flatMap((risk) => explainRisk(risk, colors)),
        ...(lock !== null && file === null ? [`Recorded its declared objects: ${relative(cwd, lock)}`] : []),
        ...explainKept(draft, plugin),
        ...likelyRenames.map(
          (rename) =>
            `${colors.yellow('hint')}: if this is a rename, the revision would lose the data; create it with: ` +
            `npx kernel migrate:create ${plugin.name} --rename ${rename}`,
        ),
      ].join('\n'),
  };
}

function explainInstalled(installed: readonly PluginChanges[], colors: Colors): readonly string[] {
  return installed.map(
    ({ plugin, changes }) =>
      `${colors.yellow('warning')}: the installed ${plugin.package} lacks a revision for ` +
      `${changes.map(explainChange).join('; ')}. This is left out; the author of the package has to create it.`,
  );
}

function explainChanges({ changes, hasEntities }: Draft, { name }: Plugin, colors: Colors): string {
  if (changes.length === 0 && !hasEntities) {
    return [
      `${name} declares no entities, so there is nothing to create.`,
      `Write SQL by hand: npx kernel migrate:create ${name} --empty --name what_it_does`,
      `Or take it from a file: npx kernel migrate:create ${name} --sql change.sql --name what_it_does`,
    ].join('\n');
  }
  if (changes.length === 0) return `${name} has no changes.`;
  return [
    `${name} has ${counted(changes.length, 'change')} without a revision:`,
    ...changes.map((change) => `  ${colors.green('+')} ${change}`),
  ].join('\n');
}

/** Lists the objects that were made by hand if their author may expect them to be dropped. */
function explainKept({ undeclared, record, changes, hasEntities }: Draft, { name }: Plugin): readonly string[] {
  const isExpected = hasEntities && (changes.length === 0 || record?.before === null);
  if (undeclared.length === 0 || !isExpected) return [];
  return [
    record?.before === null
      ? 'Kept, since no entity declares it and nothing recorded that one did:'
      : 'Kept, since no entity ever declared it:',
    ...undeclared.map((object) => `  ${displayAddress(object)}`),
    `To drop one: npx kernel migrate:create ${name} --drop <name>`,
  ];
}

function explainWritten(
  { id, dependsOn, down }: RevisionDraft,
  { changes, review, unread }: Draft,
  { file, repair }: { readonly file: string; readonly repair: boolean },
  colors: Colors,
): readonly string[] {
  const effect = repair
    ? 'it restores the schema of the database, changes nothing in a database without drift, '
    : 'it produces the schema that the entities declare, ';
  return [
    `Wrote ${colors.bold(id)}: ${file}`,
    ...changes.map((change) => `  ${colors.green('+')} ${change}`),
    ...dependsOn.map(({ revision, why }) => `  depends on ${revision}${why === '' ? '' : ` (${why})`}`),
    ...(review === null
      ? ['It has no SQL yet. Once it does, prove it: npx kernel migrate:verify']
      : [
          `Proven: ${changes.length > 0 ? effect : ''}` +
            `${down === null ? '' : '`down` reverts it, '}its declared dependencies suffice, ` +
            'and a fresh database ends up with the same schema.',
          ...explainUnread(unread),
          ...(down === null ? ['It has no `down`: write one if it can be reverted.'] : []),
        ]),
  ];
}

function explainRisk({ rule, message, safer }: Finding, colors: Colors): readonly string[] {
  const form = safer === null ? [] : ['  safer:', ...safer.split('\n').map((line) => `    ${line}`)];
  return [`${colors.yellow('risk')} ${rule}: ${message}`, ...form];
}
