import { relative } from 'node:path';
import {
  counted,
  exitCode,
  kernelError,
  nearest,
  oldestSupportedMajor,
  openBlueprint,
  readLock,
  type Blueprint,
  type Command,
  type ExitCode,
  type Paint,
} from '@headwater/kernel/internal';
import type { Finding } from '../lint/finding.ts';
import { lintRevisions } from '../lint/lint-revisions.ts';
import type { Level } from '../lint/rule.ts';

/** `kernel migrate:lint [plugin...]`. */
export const migrateLint: Command = {
  about:
    'Reads the SQL of revisions and says what is wrong or risky in it, with a safer form to copy. Looks at plugins of ' +
    'this workspace, and there at revisions that are not in revisions.lock.json yet: what was shipped stays as it is. ' +
    'Asks no database and runs nothing. A comment directly above a statement lets a finding pass, if it gives a reason: ' +
    '-- headwater-lint: allow <rule>[, <rule>]: <reason>. What is about a whole revision may be allowed anywhere in it. ' +
    'The rules, each with a bad and a good form, are in docs/guide/lint.md.',
  arguments: [
    {
      name: 'plugin',
      about: 'an active plugin, an installed one too; default: those of this workspace',
      many: true,
      complete: 'active plugin',
    },
  ],
  options: [
    { flag: 'all', about: 'also revisions that were shipped already' },
    { flag: 'strict', about: 'warnings count too' },
  ],
  examples: [
    { line: 'kernel migrate:lint', about: 'before a commit' },
    { line: 'kernel migrate:lint --strict', about: 'in continuous integration' },
    { line: 'kernel migrate:lint likes --all', about: 'everything that likes ever did' },
  ],
  exits: [
    { code: 3, about: 'with --strict: there are warnings, and no errors' },
    { code: 13, about: 'there are errors, or a revision is not valid' },
    { code: 14, about: 'the plugins do not fit together' },
    { code: 34, about: 'a branch has several heads' },
  ],
  async run({ operands, switches }, context) {
    const { blueprint } = await openBlueprint(context);
    const chosen = chosenRevisions(blueprint, operands, switches.has('all'));
    const { graph, revisions } = blueprint;
    const findings = await lintRevisions({ graph, revisions, chosen, oldest: oldestSupportedMajor });
    const [errors, warnings] = [countOf(findings, 'error'), countOf(findings, 'warning')];
    return {
      exit: exitFor(errors, warnings, switches.has('strict')),
      json: { revisions: chosen, errors, warnings, findings },
      text: (paint) => explain(findings, chosen, context.cwd, paint),
    };
  },
};

/** Ids, plugin by plugin, each branch in its order. Throws TARGET_UNKNOWN for a name that no active plugin has. */
function chosenRevisions({ set, graph }: Blueprint, names: readonly string[], all: boolean): readonly string[] {
  for (const name of names) {
    if (set.byName.has(name)) continue;
    const reason = `no active plugin is called "${name}"`;
    throw kernelError('TARGET_UNKNOWN', { target: name, reason, nearest: nearest(name, set.byName.keys()) });
  }
  const chosen = set.plugins.filter(({ name, from }) =>
    names.length === 0 ? from === 'sources' : names.includes(name),
  );
  return chosen.flatMap(({ name, directory, from }) => {
    // Of an installed plugin everything was shipped, and whoever names it wants to see it.
    const shipped = all || from === 'built' ? {} : readLock(directory);
    return (graph.branches.get(name) ?? []).flatMap(({ id }) => (Object.hasOwn(shipped, id) ? [] : [id]));
  });
}

function countOf(findings: readonly Finding[], level: Level): number {
  return findings.filter((finding) => finding.level === level).length;
}

function exitFor(errors: number, warnings: number, strict: boolean): ExitCode {
  if (errors > 0) return exitCode.revisionInvalid;
  return strict && warnings > 0 ? exitCode.pending : exitCode.done;
}

function explain(findings: readonly Finding[], chosen: readonly string[], cwd: string, paint: Paint): string {
  if (chosen.length === 0)
    return 'There is no revision to look at: all were shipped. To look at those: kernel migrate:lint --all';
  const plugins = Map.groupBy(findings, ({ plugin }) => plugin);
  const blocks = Array.from(plugins, ([plugin, own]) => {
    const revisions = Map.groupBy(own, ({ revision }) => revision);
    const lines = Array.from(revisions, ([revision, all]) => [
      `  ${paint.bold(revision)}  ${paint.dim(shownFile(all[0]?.file ?? '', cwd))}`,
      ...all.flatMap((finding) => explainFinding(finding, cwd, paint)),
    ]);
    return [paint.bold(plugin), ...lines.flat()].join('\n');
  });
  return [...blocks, explainCounts(findings, chosen.length, paint)].join('\n\n');
}

function explainFinding(
  { level, rule, line, statement, message, safer, file }: Finding,
  cwd: string,
  paint: Paint,
): readonly string[] {
  const color = { error: paint.red, warning: paint.yellow, info: paint.dim }[level];
  const place = line === null ? '' : `  ${paint.dim(`${shownFile(file, cwd)}:${line}`)}`;
  const [first = '', ...rest] = statement === null ? [] : statement.split('\n');
  const shown = rest.length > 0 ? `${first} …` : first;
  return [
    `    ${color(level)} ${rule}${place}`,
    ...(shown === '' ? [] : [`      ${paint.dim(shown)}`]),
    `      ${message}`,
    ...(safer === null
      ? []
      : [`      ${paint.green('safer')}:`, ...safer.split('\n').map((text) => `        ${text}`)]),
  ];
}

/** As an editor or a terminal opens it from where the command ran. */
function shownFile(file: string, cwd: string): string {
  const path = relative(cwd, file);
  return path.startsWith('..') ? file : path;
}

function explainCounts(findings: readonly Finding[], revisions: number, paint: Paint): string {
  const [errors, warnings, infos] = [
    countOf(findings, 'error'),
    countOf(findings, 'warning'),
    countOf(findings, 'info'),
  ];
  const counts = [
    ...(errors > 0 ? [paint.red(counted(errors, 'error'))] : []),
    ...(warnings > 0 ? [paint.yellow(counted(warnings, 'warning'))] : []),
    ...(infos > 0 ? [counted(infos, 'remark')] : []),
  ];
  const found = counts.length === 0 ? paint.green('Nothing was found') : counts.join(', ');
  return `${found} in ${counted(revisions, 'revision')}.`;
}
