import type { ChainLink } from '../../graph/shortest-chain.ts';
import { readReason, type PendingReason } from '../../open/why.ts';
import { readWhyNot, type NotPendingReason } from '../../open/why-not.ts';
import type { Colors } from '../colors.ts';
import type { Command } from '../command.ts';
import { withProject } from '../open-project.ts';
import { removedWarnings } from '../removed-warnings.ts';

/** `kernel migrate:why <revision>`. */
export const migrateWhy: Command = {
  about:
    'Explains why a revision is pending, by the shortest chain of edges from a head, why it has its place in the plan, ' +
    'and which pending revisions or removed objects block it. With --not it explains why a revision is not pending: it ' +
    'is applied, stamped or dormant, or its plugin is not active. Writes nothing.',
  arguments: [
    { name: 'revision', about: 'likes@0002 (a unique prefix), or likes, its head', required: true, complete: 'branch' },
  ],
  options: [{ flag: 'not', about: 'explain why it is not pending' }],
  examples: [
    { line: 'kernel migrate:why core@0002', about: 'which plugin asks for it, and what runs before it' },
    { line: 'kernel migrate:why likes --not', about: 'when the head of likes was applied, or why it never runs' },
  ],
  exits: [
    { code: 2, about: 'no revision has that name, or several do' },
    { code: 15, about: 'the ledger and the code contradict each other' },
    { code: 20, about: 'the database cannot be reached' },
  ],
  async run({ operands: [target = ''], switches }, context) {
    if (switches.has('not')) {
      const reason = await withProject(context, (project) => readWhyNot(project, target));
      return { json: reason, text: () => explainNot(reason) };
    }
    const reason = await withProject(context, (project) => readReason(project, target));
    return { json: reason, text: (colors) => explain(reason, colors) };
  },
};

function explain(reason: PendingReason, colors: Colors): string {
  const { id, position, total, state, chain, after, neededBy, removed } = reason;
  if (position === null) return `${id} is not pending: it is ${state}.\nSee: npx kernel migrate:why ${id} --not`;
  const blocking = after.filter((one) => one.state === 'pending');
  return [
    `${colors.bold(id)} is pending, ${position} of ${total}.`,
    '',
    chain.length > 1
      ? `It is pending because ${chain[0]?.id}, the head of its branch, needs it:`
      : 'It is pending because it is the head of its branch.',
    ...(chain.length > 1 ? chainLines(chain) : []),
    explainPlace(reason),
    ...(reason.previousChain.length > 2 ? chainLines(reason.previousChain) : []),
    blocking.length === 0
      ? 'Everything that it needs is applied.'
      : `It waits for ${blocking.map((one) => one.id).join(', ')}.`,
    ...(neededBy.length === 0 ? [] : [`It blocks ${neededBy.join(', ')}.`]),
    ...removedWarnings(removed).map((line) => `${colors.yellow('warning')}: ${line}`),
  ].join('\n');
}

function explainPlace({ previous, previousBecause, previousChain }: PendingReason): string {
  if (previous === null) return 'It is the first in the plan.';
  if (previousBecause === 'order') {
    return `It comes after ${previous}, which it does not need. Both orders work, so the fixed order of plugins decides.`;
  }
  if (previousChain.length > 2) return `It comes after ${previous}, which it needs indirectly:`;
  return `It comes after ${previous}, which it ${verb(previousChain.at(-1))}.`;
}

/** Formats a chain: each line has a revision and the edge that leads to it. */
function chainLines(chain: readonly ChainLink[]): readonly string[] {
  return chain.map((link, i) => (i === 0 ? `  ${link.id}` : `${'  '.repeat(i + 1)}${verb(link)} ${link.id}`));
}

function verb(link: ChainLink | undefined): string {
  return link?.edge === 'revises' ? 'revises' : 'depends on';
}

function explainNot({ id, reason, appliedAt, appliedBy }: NotPendingReason): string {
  const by =
    appliedBy === null ? '' : ` at ${appliedAt} by ${appliedBy.package} ${appliedBy.version}, run ${appliedBy.run}`;
  const plugin = id.split('@', 1)[0] ?? id;
  switch (reason) {
    case 'pending':
      return `${id} is pending.\nSee: npx kernel migrate:why ${id}`;
    case 'applied':
      return `${id} was applied${by}.`;
    case 'stamped':
      return `${id} was marked as applied without running it${by}.`;
    case 'dormant':
      return `${id} was applied${by}. Its plugin ${plugin} is not active, so nothing of it can be pending.`;
    case 'ahead':
      return `${id} was applied${by}. The installed version of ${plugin} does not contain it.`;
    case 'disabled':
      return `${plugin} is disabled in the config, so none of its revisions is planned.\nActivate it: npx kernel plugin:enable ${plugin}`;
    default:
      return `${plugin} is installed but not in the config, so none of its revisions is planned.\nActivate it: npx kernel plugin:enable ${plugin}`;
  }
}
