import { checkEntities, type Drift } from '../authoring/check-entities.ts';
import { openLoader } from '../authoring/part.ts';
import { assertOneHead, exitCode, graphOf, openProgress, type Command, type Paint } from '@headwater/kernel/internal';
import { openShadow } from '../shadow/shadow.ts';
import { openWorkspace } from './workspace.ts';

/** `kernel migrate:check [plugin...]`. */
export const migrateCheck: Command = {
  about:
    'Compares what the entities of the active plugins ask for with what their revisions make of an empty database, in a ' +
    'shadow in this process. No database is needed and none is touched. What installed packages lack is a warning: a ' +
    'revision of theirs cannot be written here.',
  arguments: [
    { name: 'plugin', about: 'the plugins to judge; default: all of this workspace', many: true, complete: 'branch' },
  ],
  options: [{ flag: 'shadow', value: 'url', about: 'use a database made for that on this PostgreSQL server' }],
  examples: [
    { line: 'kernel migrate:check', about: 'in continuous integration' },
    { line: 'kernel migrate:check likes --json', about: 'one plugin, and the difference as data' },
  ],
  exits: [
    { code: 12, about: 'a plugin is not installed or does not load' },
    { code: 13, about: 'a revision fails in the shadow' },
    { code: 40, about: 'entities ask for what no revision makes, or the other way round' },
  ],
  runsPlugins: true,
  async run({ operands, values }, context) {
    const { set, plugins } = await openWorkspace(context, operands);
    assertOneHead(graphOf(set));
    const progress = openProgress(context);
    try {
      progress.stage('comparing entities and revisions');
      await using shadow = await openShadow(values.get('shadow') ?? null);
      const found = await checkEntities(shadow, set, openLoader());
      const drift = found.filter(({ plugin }) => plugins.includes(plugin));
      const installed = found.filter(({ isOurs, plugin }) => !isOurs && !plugins.includes(plugin));
      return {
        exit: drift.length > 0 ? exitCode.drift : exitCode.done,
        json: { drift, installed },
        text: (paint) => explain(drift, installed, plugins, paint),
      };
    } finally {
      progress.end();
    }
  },
};

function explain(
  drift: readonly Drift[],
  installed: readonly Drift[],
  plugins: readonly string[],
  paint: Paint,
): string {
  const lines = (found: readonly Drift[], word: string): readonly string[] =>
    found.flatMap(({ plugin, package: from, changes }) => [
      `${word} ${paint.bold(plugin)} (${from}): its entities ask for what no revision makes`,
      ...changes.map((change) => `  ${change}`),
    ]);
  return [
    ...lines(installed, `${paint.yellow('warning')}:`),
    ...lines(drift, `${paint.red('drift')}:`),
    ...(drift.length === 0
      ? [`Entities and revisions agree: ${plugins.join(', ')}.`]
      : drift.filter(({ isOurs }) => isOurs).map(({ plugin }) => `fix: npx kernel migrate:create ${plugin}`)),
  ].join('\n');
}
