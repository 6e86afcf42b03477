import { readDetails, readLedger, type LedgerDetails } from '../../ledger/ledger.ts';
import { kernelError } from '../../error/kernel-codes.ts';
import type { KernelError } from '../../error/kernel-error.ts';
import { nearestName } from '../../error/nearest-name.ts';
import { headsAmong } from '../../graph/heads-and-bases.ts';
import { branchesOf, type Branch, type KnownRevision } from '../../migrate/branch-status.ts';
import { kernelPackage } from '../../plugin/kernel-package.ts';
import type { Session } from '../../db/session.ts';
import { withSession } from '../../db/with-session.ts';
import { parseTarget, type ParsedTarget } from '../../plan/parse-target.ts';
import { loadPluginSet } from '../../plugin/load-plugin-set.ts';
import type { PluginSet } from '../../plugin/plugin-set.ts';
import type { RevisionBody } from '../../plugin/revision.ts';
import type { Command, Reply } from '../command.ts';
import type { Colors } from '../colors.ts';
import { openConfig } from '../open-project.ts';

/** `kernel migrate:show <revision>`. */
export const migrateShow: Command = {
  about:
    'Shows one revision: the revisions that it revises and depends on, its file, its SQL up and down, and when and by ' +
    'which version it was applied. A revision that no active plugin has is read from the ledger.',
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
    const config = openConfig(context);
    // Neither the graph nor the ledger is checked, because errors in either tell people to run this command.
    const set = await loadPluginSet(config, kernelPackage());
    if (switches.has('offline')) return replyOf(find(branchesOf(set, null), target), set, null, switches);
    const show = async (session: Session): Promise<Reply> => {
      const found = find(branchesOf(set, await readLedger(session)), target);
      const [details = null] = found.row === null ? [] : await readDetails(session, [found.id]);
      return replyOf(found, set, details, switches);
    };
    return withSession(config.database, show, config.upgrade.responseTimeout);
  },
};

/** Finds the one revision that `target` names. Throws TARGET_UNKNOWN and TARGET_AMBIGUOUS. */
function find(branches: readonly Branch[], target: string): KnownRevision {
  const known = branches.flatMap(({ revisions }) => revisions);
  const parsed = parseTarget(target);
  const own = 'plugin' in parsed ? (branches.find(({ plugin }) => plugin === parsed.plugin)?.revisions ?? []) : [];
  const ids =
    parsed.kind === 'head'
      ? headsAmong(own)
      : parsed.kind === 'base'
        ? own.flatMap(({ id, revises }) => (revises.length === 0 ? [id] : []))
        : known.flatMap(({ id }) =>
            id === target || (parsed.kind === 'revision' && id.startsWith(target)) ? [id] : [],
          );
  const id = ids.includes(target) ? target : ids[0];
  const found = known.find((revision) => revision.id === id);
  if (found === undefined) throw unknown(target, parsed, branches);
  if (id !== target && ids.length > 1) throw kernelError('TARGET_AMBIGUOUS', { target, candidates: ids });
  return found;
}

function unknown(target: string, parsed: ParsedTarget, branches: readonly Branch[]): KernelError {
  const nothing = (reason: string, close: string | null): KernelError =>
    kernelError('TARGET_UNKNOWN', { target, reason, nearest: close });
  const ids = branches.flatMap(({ revisions }) => revisions.map(({ id }) => id));
  if (parsed.kind === 'nothing') return nothing(parsed.reason, nearestName(target, ids));
  if (!('plugin' in parsed) || parsed.kind === 'steps') return nothing('it is a number of steps, not a revision', null);
  const names = branches.map(({ plugin }) => plugin);
  if (names.includes(parsed.plugin))
    return nothing(`"${parsed.plugin}" has no such revision`, nearestName(target, ids));
  const close = nearestName(parsed.plugin, names);
  const corrected = close === null ? null : close + target.slice(parsed.plugin.length);
  return nothing(`no plugin "${parsed.plugin}" has revisions here`, corrected);
}

function replyOf(
  found: KnownRevision,
  set: PluginSet,
  details: LedgerDetails | null,
  switches: ReadonlySet<string>,
): Reply {
  const { id, plugin, revises, dependsOn, breaking, state, shipped } = found;
  const source = set.byName.get(plugin);
  const fromLedger = shipped === null || switches.has('applied');
  const up = fromLedger ? (details?.up ?? null) : textOf(shipped.up);
  const down = fromLedger ? (details?.down ?? null) : textOf(shipped.down);
  const json = {
    id,
    plugin,
    revises,
    dependsOn,
    breaking,
    transaction: shipped?.transaction ?? null,
    state,
    file: shipped?.file ?? null,
    package: source?.package ?? details?.package ?? null,
    version: source?.version ?? null,
    appliedAt: details?.appliedAt.toISOString() ?? null,
    appliedBy:
      details === null ? null : { package: details.package, version: details.packageVersion, run: details.runId },
    durationMs: details?.durationMs ?? null,
    stamped: details?.stamped ?? false,
    from: fromLedger ? 'ledger' : 'code',
    up,
    down,
  };
  return { json, text: (colors) => explain(json, found, colors) };
}

type Shown = {
  readonly id: string;
  readonly revises: readonly string[];
  readonly dependsOn: readonly string[];
  readonly state: string | null;
  readonly file: string | null;
  readonly package: string | null;
  readonly version: string | null;
  readonly appliedAt: string | null;
  readonly appliedBy: { readonly package: string; readonly version: string; readonly run: string } | null;
  readonly stamped: boolean;
  readonly from: string;
  readonly up: string | null;
  readonly down: string | null;
};

function explain(shown: Shown, { breaking, shipped, row }: KnownRevision, colors: Colors): string {
  const marks = [
    ...(breaking ? ['breaking'] : []),
    ...(shipped?.transaction === false ? ['outside a transaction'] : []),
  ];
  const by = shown.appliedBy;
  const facts: readonly (readonly [string, string])[] = [
    ['revises', shown.revises.join(', ') || 'nothing; it is the base of its branch'],
    ['depends on', shown.dependsOn.join(', ') || 'nothing'],
    ['marks', marks.join(', ')],
    ['package', [shown.package, shown.version].filter((part) => part !== null).join(' ')],
    ['file', shown.file ?? 'none; only the ledger has it'],
    ['state', shown.state ?? ''],
    [
      shown.stamped ? 'stamped' : 'applied',
      by === null ? '' : `${shown.appliedAt}, by ${by.package} ${by.version}, run ${by.run}`,
    ],
  ];
  const missing = shown.from === 'ledger' && row === null ? 'is not applied' : 'was code';
  const title = (direction: string): string => colors.bold(`-- ${direction}, from the ${shown.from}`);
  return [
    colors.bold(shown.id),
    ...facts.filter(([, value]) => value !== '').map(([name, value]) => `  ${name.padEnd(10)}  ${value}`),
    '',
    title('up'),
    shown.up?.trim() ?? `-- ${missing}`,
    '',
    title('down'),
    shown.down?.trim() ?? (shipped?.down === null ? '-- none: it cannot be reverted' : `-- none, or ${missing}`),
  ].join('\n');
}

function textOf(body: RevisionBody | null): string | null {
  if (body === null) return null;
  return body.kind === 'sql' ? body.text : `-- code, version ${body.version}`;
}
