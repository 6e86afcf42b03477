import { counted, openProgress, type Command, type Colors } from '@headwater/kernel/internal/command';
import { exitCode, kernelError } from '@headwater/kernel/internal/errors';
import { assertOneHead } from '@headwater/kernel/internal/graph';
import { graphOfPlugins } from '@headwater/kernel/internal/migrations';
import { explainUnread, unreadObjects } from '../authoring/unread-objects.ts';
import type { Finding } from '../lint/finding.ts';
import { openShadow } from '../shadow/shadow.ts';
import { verify } from '../verify/verify.ts';
import { openWorkspace } from './workspace.ts';

/** The maximum number of random orders in one run. */
const mostOrders = 10_000;

/** `kernel migrate:verify [plugin...]`. */
export const migrateVerify: Command = {
  about:
    'Proves revisions in a shadow, an empty PostgreSQL in this process. Each revision must run with only its declared ' +
    'dependencies. Its `down` must revert it, and its `up` must then work again. It may change only objects that its ' +
    "plugin owns, and its columns on other plugins' tables must not break inserts that omit them. A database that " +
    'activates a plugin late, or gets a revision late, must end up with the schema of a fresh one. Entities and ' +
    'revisions must agree.\n\n' +
    'With --orders it also tries random orders that the edges allow, the same orders in each run. A missing edge, or two ' +
    'revisions that do not commute, is reported with the shortest order that fails.',
  arguments: [{ name: 'plugin', about: 'default: all plugins of this workspace', many: true, complete: 'branch' }],
  options: [
    { flag: 'orders', value: 'N', about: 'try N random orders of all revisions as well; default: 0' },
    {
      flag: 'shadow',
      value: 'url',
      about: 'verify on this PostgreSQL server, in a temporary database',
    },
  ],
  examples: [
    { line: 'kernel migrate:verify likes', about: 'after writing a revision by hand' },
    { line: 'kernel migrate:verify --orders 100', about: 'before a release' },
  ],
  exits: [
    { code: 12, about: 'a plugin is not installed or does not load' },
    { code: 13, about: 'a revision cannot be proven' },
    { code: 34, about: 'a branch has two heads' },
    { code: 40, about: 'every revision is proven, but entities and revisions differ' },
  ],
  runsPlugins: true,
  async run({ operands, values }, context) {
    const orders = ordersIn(values.get('orders'));
    const { set, plugins } = await openWorkspace(context, operands);
    assertOneHead(graphOfPlugins(set));
    const progress = openProgress(context);
    try {
      progress.stage('opening the shadow');
      await using shadow = await openShadow(values.get('shadow') ?? null, set.plugins);
      const { findings, schema } = await verify({ set, plugins, shadow, orders, onStage: progress.stage });
      const unread = schema === null ? [] : unreadObjects(schema);
      const unproven = findings.some(({ rule }) => rule !== 'entities');
      const revisions = plugins.reduce((count, name) => count + (set.byName.get(name)?.revisions.length ?? 0), 0);
      return {
        exit: unproven ? exitCode.revisionInvalid : findings.length > 0 ? exitCode.drift : exitCode.done,
        json: { plugins, revisions, orders, findings, unread },
        text: (colors) =>
          findings.length === 0
            ? [
                `${colors.green('proven')}: ${counted(revisions, 'revision')} of ${plugins.join(', ')}` +
                  `${orders === 0 ? '' : `, in ${counted(orders, 'random order')}`}.`,
                ...explainUnread(unread),
              ].join('\n')
            : explain(findings, colors),
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

function explain(findings: readonly Finding[], colors: Colors): string {
  const lines = findings.flatMap(({ plugin, revision, rule, file, line, statement, message, differences }) => [
    `${colors.red(rule)} ${colors.bold(revision ?? plugin)}: ${message}`,
    ...(statement === null ? [] : [`  ${line === null ? '' : `${file}:${line}: `}${statement}`]),
    ...differences.map((difference) => `  ${difference}`),
  ]);
  return [...lines, `${counted(findings.length, 'finding')}.`].join('\n');
}
