import { devError } from '../error/dev-codes.ts';
import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { activated } from '../authoring/activated.ts';
import type { Proven } from '../authoring/complete-draft.ts';
import { draftMigration, type Drafted, type DraftOptions } from '../authoring/draft-migration.ts';
import { draftSql } from '../authoring/draft-sql.ts';
import { emptyDraft } from '../authoring/empty-draft.ts';
import { revisionFolder, writeRevisionFile } from '../authoring/revision-file.ts';
import { revisionSource, type RevisionDraft } from '../authoring/revision-source.ts';
import { counted, exitCode, kernelError, loadBlueprint, openConfig, openProgress, systemReason, type Command, type Context, type Input, type KernelError, type Paint, type Plugin, type Reply } from '@headwater/kernel/internal';
import { openShadow } from '../shadow/shadow.ts';

/** `kernel migrate:create <plugin>`. */
export const migrateCreate: Command = {
  about:
    "Writes a revision that makes the database what the plugin's entities ask for: its own tables, and its own columns, " +
    'indexes and keys on tables of others, and nothing that another plugin owns. `revises` and `dependsOn` are filled in, ' +
    '`down` undoes `up`. Before the file is written all of it is proven in a shadow, an empty PostgreSQL in this process: ' +
    'no database is needed and none is touched. Renames are never guessed: without --rename a new name is a drop and an add.',
  arguments: [{ name: 'plugin', about: 'a plugin of this workspace', required: true, complete: 'branch' }],
  options: [
    { flag: 'name', value: 'words', about: 'what to call it; default: what the change says' },
    { flag: 'rename', value: 'old:new', about: 'table.old:new for a column, old:new for a table; several by commas' },
    { flag: 'empty', about: 'a file without SQL, to write by hand; needs --name' },
    { flag: 'sql', value: 'file', about: 'take the SQL from a file and fill in the rest; needs --name' },
    {
      flag: 'pin',
      value: 'head',
      about: 'depend on the heads of what the plugin requires, not on what the change touches',
    },
    { flag: 'dry-run', about: 'print the file, and write nothing' },
    { flag: 'check', about: 'write nothing; exit with 3 if there is something to create' },
    { flag: 'shadow', value: 'url', about: 'try it on a database made for that on this PostgreSQL server' },
  ],
  examples: [
    { line: 'kernel migrate:create likes', about: 'after a change of its entities' },
    { line: 'kernel migrate:create likes --rename likes_like.note:remark', about: 'when a column has a new name' },
    { line: 'kernel migrate:create likes --empty --name fill_counts', about: 'for a change of data' },
    { line: 'kernel migrate:create likes --check', about: 'in continuous integration' },
  ],
  exits: [
    { code: 3, about: 'with --check: there is something to create' },
    { code: 12, about: 'no such plugin, not one of this workspace, or it does not load' },
    { code: 13, about: 'a revision is not valid, or not sound' },
    { code: 34, about: 'the branch has two heads' },
    { code: 40, about: 'a plugin that this one requires has changes without a revision' },
  ],
  runsPlugins: true,
  async run(input, context) {
    const [name = ''] = input.operands;
    const request = requestIn(input, name);
    const { set } = await loadBlueprint(activated(openConfig(context), name));
    // It is active, or this refused it.
    const plugin = set.byName.get(name) as Plugin;
    const folder = revisionFolder(plugin);
    const progress = openProgress(context);
    const options: DraftOptions = {
      set,
      plugin,
      openShadow: () => openShadow(input.values.get('shadow') ?? null),
      words: request.words,
      pinHeads: request.pinHeads,
      onStage: progress.stage,
    };
    try {
      const made = await make(input, context, request, options);
      return replyTo(made, plugin, folder, input, context);
    } finally {
      progress.end();
    }
  },
};

interface Request {
  readonly words: string | null;
  readonly pinHeads: boolean;
}

/** What was made, in whichever way. */
interface Made extends Partial<Omit<Drafted, 'proven' | 'slug'>> {
  readonly slug: string;
  readonly draft: RevisionDraft | null;
  readonly proven: Proven | null;
}

/** Refuses options that do not go together. Throws USAGE. */
function requestIn({ values, switches }: Input, plugin: string): Request {
  const refuse = (what: string): KernelError =>
    kernelError('USAGE', { what, usage: null, command: 'migrate:create' });
  const [empty, sql, rename] = [switches.has('empty'), values.has('sql'), values.has('rename')];
  const byHand = empty ? '--empty' : sql ? '--sql' : null;
  const words = values.get('name') ?? null;
  if (empty && sql) throw refuse('--empty and --sql are two ways of writing by hand; give one.');
  if (byHand !== null && words === null)
    throw refuse(`${byHand} needs --name, as in kernel migrate:create ${plugin} ${byHand} --name fill_counts.`);
  if (byHand !== null && rename) throw refuse(`--rename is about entities, and ${byHand} reads none.`);
  if (byHand !== null && switches.has('check')) throw refuse(`--check compares entities, and ${byHand} reads none.`);
  const pin = values.get('pin');
  if (pin !== undefined && pin !== 'head') throw refuse(`--pin takes "head", not ${JSON.stringify(pin)}.`);
  return { words, pinHeads: pin === 'head' };
}

async function make(input: Input, { cwd }: Context, { words }: Request, options: DraftOptions): Promise<Made> {
  const file = input.values.get('sql');
  if (input.switches.has('empty')) return { ...emptyDraft(options, words ?? ''), proven: null };
  if (file !== undefined) {
    const { slug, proven } = await draftSql({ ...options, words: words ?? '' }, readSqlFile(resolve(cwd, file)));
    return { slug, proven, draft: proven.draft };
  }
  const rename = input.values.get('rename') ?? null;
  const drafted = await draftMigration({ ...options, rename, lookOnly: input.switches.has('check') });
  return { ...drafted, draft: drafted.proven?.draft ?? null };
}

function readSqlFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw devError('SQL_FILE_UNREADABLE', { file, reason: systemReason(error) }, { cause: error });
  }
}

function replyTo(made: Made, plugin: Plugin, folder: string, { switches }: Input, { cwd }: Context): Reply {
  const { slug, draft, proven, changes = [], installed = [], likelyRenames = [] } = made;
  const text = draft === null ? null : revisionSource(draft);
  const dryRun = switches.has('dry-run');
  const file = text === null || dryRun ? null : writeRevisionFile(folder, slug, text);
  const { risks, breaking } = proven ?? { risks: [], breaking: null };
  return {
    exit: changes.length > 0 && switches.has('check') ? exitCode.pending : exitCode.done,
    json: {
      plugin: plugin.name,
      revision: draft?.id ?? null,
      file,
      changes,
      revises: draft?.revises ?? null,
      dependsOn: draft?.dependsOn ?? [],
      breaking,
      risks,
      likelyRenames,
      installed,
      text,
    },
    text: (paint) =>
      [
        ...explainInstalled(installed, paint),
        ...(draft === null ? [explainNothing(changes, plugin, paint)] : []),
        ...(draft !== null && dryRun ? [(text ?? '').trimEnd()] : []),
        ...(draft === null || file === null ? [] : explainWritten(draft, changes, relative(cwd, file), made, paint)),
        ...(breaking === null ? [] : [`${paint.yellow('breaking')}: it ${breaking}`]),
        ...risks.flatMap((risk) => explainRisk(risk, paint)),
        ...likelyRenames.map(
          (rename) =>
            `${paint.yellow('hint')}: if that is a new name for what was there, its data is lost by this; instead: ` +
            `npx kernel migrate:create ${plugin.name} --rename ${rename}`,
        ),
      ].join('\n'),
  };
}

function explainRisk({ rule, message, safer }: Proven['risks'][number], paint: Paint): readonly string[] {
  const form = safer === null ? [] : ['  safer:', ...safer.split('\n').map((line) => `    ${line}`)];
  return [`${paint.yellow('risk')} ${rule}: ${message}`, ...form];
}

function explainInstalled(installed: NonNullable<Made['installed']>, paint: Paint): readonly string[] {
  const packages = Map.groupBy(installed, (change) => change.package);
  return Array.from(
    packages,
    ([name, list]) =>
      `${paint.yellow('warning')}: the installed ${name} lacks a revision for ${list.map(({ change }) => change).join('; ')}. ` +
      'That is its author’s, and is left out.',
  );
}

function explainNothing(changes: readonly string[], { name }: Plugin, paint: Paint): string {
  if (changes.length === 0) return `${name} has no changes.`;
  return [
    `${name} has ${counted(changes.length, 'change')} without a revision:`,
    ...changes.map((change) => `  ${paint.green('+')} ${change}`),
  ].join('\n');
}

function explainWritten(
  { id, dependsOn, down }: RevisionDraft,
  changes: readonly string[],
  file: string,
  { proven }: Made,
  paint: Paint,
): readonly string[] {
  return [
    `${paint.bold(id)} is written: ${file}`,
    ...changes.map((change) => `  ${paint.green('+')} ${change}`),
    ...dependsOn.map(({ revision, why }) => `  depends on ${revision}${why === '' ? '' : ` (${why})`}`),
    ...(proven === null
      ? ['It holds no SQL yet. When it does: npx kernel migrate:verify']
      : [
          `Proven: it ${changes.length > 0 ? 'leads to what the entities ask for, ' : ''}${down === null ? '' : 'is undone by its down, '}` +
            'runs on what it depends on alone, and comes to the same in a new database.',
          ...(down === null ? ['It has no `down`: write one if it can be undone.'] : []),
        ]),
  ];
}
