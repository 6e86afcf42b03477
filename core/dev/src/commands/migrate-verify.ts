import type { Finding } from '../authoring/finding.ts';
import { verify } from '../authoring/verify.ts';
import { assertOneHead, counted, exitCode, graphOf, kernelError, openProgress, type Command, type Paint } from '@headwater/kernel/internal';
import { openShadow } from '../shadow/shadow.ts';
import { openWorkspace } from './workspace.ts';

/** The most orders that one run draws. */
const mostOrders = 10_000;

/** `kernel migrate:verify [plugin...]`. */
export const migrateVerify: Command = {
  about:
    'Proves revisions in a shadow, an empty PostgreSQL in this process: that each runs on what it depends on alone, is ' +
    'undone by its `down` and the same after that, changes only what its plugin owns, and adds nothing to tables of ' +
    'others that their inserts could not live with; that a plugin which is activated late, and a revision that comes ' +
    'late, lead to the same schema as a new database; and that entities and revisions agree.\n\n' +
    'With --orders, so many orders that the edges allow are drawn and tried too, the same at each run: what an edge ' +
    'is missing for, and what does not commute, is shown by the shortest order that fails.',
  arguments: [{ name: 'plugin', about: 'default: all of this workspace', many: true, complete: 'branch' }],
  options: [
    { flag: 'orders', value: 'N', about: 'try N further orders of all revisions; default: 0' },
    { flag: 'shadow', value: 'url', about: 'use a database made for that on this PostgreSQL server' },
  ],
  examples: [
    { line: 'kernel migrate:verify likes', about: 'after a revision was written by hand' },
    { line: 'kernel migrate:verify --orders 100', about: 'before a release' },
  ],
  exits: [
    { code: 12, about: 'a plugin is not installed or does not load' },
    { code: 13, about: 'a revision is not sound' },
    { code: 34, about: 'a branch has two heads' },
    { code: 40, about: 'all revisions are sound, and entities ask for something else' },
  ],
  runsPlugins: true,
  async run({ operands, values }, context) {
    const orders = ordersIn(values.get('orders'));
    const { set, plugins } = await openWorkspace(context, operands);
    assertOneHead(graphOf(set));
    const progress = openProgress(context);
    try {
      progress.stage('opening the shadow');
      await using shadow = await openShadow(values.get('shadow') ?? null);
      const findings = await verify({ set, plugins, shadow, orders, onStage: progress.stage });
      const unsound = findings.some(({ rule }) => rule !== 'entities');
      const revisions = plugins.reduce((count, name) => count + (set.byName.get(name)?.revisions.length ?? 0), 0);
      return {
        exit: unsound ? exitCode.revisionInvalid : findings.length > 0 ? exitCode.drift : exitCode.done,
        json: { plugins, revisions, orders, findings },
        text: (paint) =>
          findings.length === 0
            ? `${paint.green('proven')}: ${counted(revisions, 'revision')} of ${plugins.join(', ')}` +
              `${orders === 0 ? '' : `, in ${counted(orders, 'order')} drawn at random`}.`
            : explain(findings, paint),
      };
    } finally {
      progress.end();
    }
  },
};

function ordersIn(text: string | undefined): number {
  if (text === undefined) return 0;
  const orders = Number(text);
  if (/^\d{1,5}$/.test(text) && orders <= mostOrders) return orders;
  const what = `--orders takes a number from 0 to ${mostOrders}, not ${JSON.stringify(text)}.`;
  throw kernelError('USAGE', { what, usage: null, command: 'migrate:verify' });
}

function explain(findings: readonly Finding[], paint: Paint): string {
  const lines = findings.flatMap(({ plugin, revision, rule, message, differences }) => [
    `${paint.red(rule)} ${paint.bold(revision ?? plugin)}: ${message}`,
    ...differences.map((difference) => `  ${difference}`),
  ]);
  return [...lines, `${counted(findings.length, 'finding')}.`].join('\n');
}
