import { relative } from 'node:path';
import { counted, openRevisionSet, type Command, type Colors } from '@headwater/kernel/internal/command';
import { exitCode, kernelError, nearestName, type ExitCode } from '@headwater/kernel/internal/errors';
import type { RevisionSet } from '@headwater/kernel/internal/migrations';
import { readLock } from '@headwater/kernel/internal/plugins';
import type { Finding, Level } from '../lint/finding.ts';
import { lintRevisionSet } from './lint-revision-set.ts';

/** `kernel migrate:lint [plugin...]`. */
export const migrateLint: Command = {
  about:
    'Lints the SQL of revisions and suggests a safer form to copy for each problem. By default it lints the revisions of ' +
    "this workspace's plugins that are not in revisions.lock.json yet, since published revisions no longer change. It " +
    'does not connect to a database and runs nothing. A comment directly above a statement suppresses findings if it ' +
    'gives a reason: -- headwater-lint: allow <rule>[, <rule>]: <reason>. A finding about a whole revision may be ' +
    'allowed anywhere in it. docs/guide/lint.md describes every rule with a bad and a good example.',
  arguments: [
    {
      name: 'plugin',
      about: 'active plugins, installed ones included; default: those of this workspace',
      many: true,
      complete: 'active plugin',
    },
  ],
  options: [
    { flag: 'all', about: 'lint published revisions too' },
    { flag: 'strict', about: 'fail on warnings too' },
  ],
  examples: [
    { line: 'kernel migrate:lint', about: 'before a commit' },
    { line: 'kernel migrate:lint --strict', about: 'in continuous integration' },
    { line: 'kernel migrate:lint likes --all', about: 'every revision of one plugin' },
  ],
  exits: [
    { code: 3, about: 'with --strict: warnings, but no errors' },
    { code: 13, about: 'errors, or an invalid revision' },
    { code: 14, about: 'the plugins do not fit together' },
    { code: 34, about: 'a branch has several heads' },
  ],
  async run({ operands, switches }, context) {
    const { config, revisionSet } = await openRevisionSet(context);
    const chosen = chosenRevisions(revisionSet, operands, switches.has('all'));
    const findings = await lintRevisionSet(revisionSet, chosen, config.database.schemas?.tables);
    const [errors, warnings] = [countOf(findings, 'error'), countOf(findings, 'warning')];
    return {
      exit: exitFor(errors, warnings, switches.has('strict')),
      json: { revisions: chosen, errors, warnings, findings },
      text: (colors) => explain(findings, chosen, context.cwd, colors),
    };
  },
};

/**
 * Returns ids, plugin by plugin and in branch order. Throws PLUGIN_UNKNOWN for a name that is not an active plugin's.
 */
function chosenRevisions({ pluginSet, graph }: RevisionSet, names: readonly string[], all: boolean): readonly string[] {
  for (const name of names) {
    if (pluginSet.byName.has(name)) continue;
    const reason = 'no active plugin has this name';
    throw kernelError('PLUGIN_UNKNOWN', { plugin: name, reason, nearest: nearestName(name, pluginSet.byName.keys()) });
  }
  const chosen = pluginSet.plugins.filter(({ name, from }) =>
    names.length === 0 ? from === 'sources' : names.includes(name),
  );
  return chosen.flatMap(({ name, directory, from }) => {
    // An installed plugin has only published revisions, so a user who names it wants them linted.
    const published = all || from === 'built' ? {} : readLock(directory).revisions;
    return (graph.branches.get(name) ?? []).flatMap(({ id }) => (Object.hasOwn(published, id) ? [] : [id]));
  });
}

function countOf(findings: readonly Finding[], level: Level): number {
  return findings.filter((finding) => finding.level === level).length;
}

function exitFor(errors: number, warnings: number, strict: boolean): ExitCode {
  if (errors > 0) return exitCode.revisionInvalid;
  return strict && warnings > 0 ? exitCode.pending : exitCode.done;
}

function explain(findings: readonly Finding[], chosen: readonly string[], cwd: string, colors: Colors): string {
  if (chosen.length === 0) {
    return 'Nothing to lint: every revision is published (revisions.lock.json). Lint those too: npx kernel migrate:lint --all';
  }
  const plugins = Map.groupBy(findings, ({ plugin }) => plugin);
  const blocks = Array.from(plugins, ([plugin, own]) => {
    const revisions = Map.groupBy(own, ({ revision }) => revision);
    const lines = Array.from(revisions, ([revision, all]) => [
      `  ${colors.bold(revision ?? plugin)}  ${colors.dim(shownFile(all[0]?.file ?? '', cwd))}`,
      ...all.flatMap((finding) => explainFinding(finding, cwd, colors)),
    ]);
    return [colors.bold(plugin), ...lines.flat()].join('\n');
  });
  return [...blocks, explainCounts(findings, chosen.length, colors)].join('\n\n');
}

function explainFinding(
  { level, rule, line, statement, message, safer, file }: Finding,
  cwd: string,
  colors: Colors,
): readonly string[] {
  const color = { error: colors.red, warning: colors.yellow, info: colors.dim }[level];
  const place = file === null || line === null ? '' : `  ${colors.dim(`${shownFile(file, cwd)}:${line}`)}`;
  const [first = '', ...rest] = statement === null ? [] : statement.split('\n');
  const shown = rest.length > 0 ? `${first} …` : first;
  return [
    `    ${color(level)} ${rule}${place}`,
    ...(shown === '' ? [] : [`      ${colors.dim(shown)}`]),
    `      ${message}`,
    ...(safer === null
      ? []
      : [`      ${colors.green('safer')}:`, ...safer.split('\n').map((text) => `        ${text}`)]),
  ];
}

/** Returns a path that an editor or a terminal can open from the working directory. */
function shownFile(file: string, cwd: string): string {
  const path = relative(cwd, file);
  return path.startsWith('..') ? file : path;
}

function explainCounts(findings: readonly Finding[], revisions: number, colors: Colors): string {
  const [errors, warnings, notes] = [
    countOf(findings, 'error'),
    countOf(findings, 'warning'),
    countOf(findings, 'info'),
  ];
  const counts = [
    ...(errors > 0 ? [colors.red(counted(errors, 'error'))] : []),
    ...(warnings > 0 ? [colors.yellow(counted(warnings, 'warning'))] : []),
    ...(notes > 0 ? [counted(notes, 'note')] : []),
  ];
  const found = counts.length === 0 ? colors.green('No problems') : counts.join(', ');
  return `${found} in ${counted(revisions, 'revision')}.`;
}
