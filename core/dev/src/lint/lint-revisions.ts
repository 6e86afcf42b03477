import { ancestorsOf, type RevisionGraph } from '@headwater/kernel/internal/graph';
import { schemaHistory, type SchemaHistory } from '@headwater/kernel/internal/ownership';
import type { Revision, RevisionBody } from '@headwater/kernel/internal/plugins';
import { allowCommentFor, allowCommentsIn, type AllowComment } from './allow-comments.ts';
import type { Finding, RuleFinding, SqlPlace } from './finding.ts';
import { lintText, type LintedText, type TextOptions } from './lint-text.ts';
import { objectOrigins, type ObjectOrigins } from './object-origins.ts';
import type { LintedPlugin, LintedRevision } from './linted-revision.ts';
import { ruleLevels, type LintRule } from './rule-levels.ts';
import { foreignObject } from './rules/foreign-object.ts';
import { breakingReasonIn, missingBreaking } from './rules/missing-breaking.ts';
import { missingDown } from './rules/missing-down.ts';
import { opaqueStatement } from './rules/opaque-statement.ts';
import { transactionConflicts } from './rules/transaction-conflict.ts';
import { undeclaredDependency } from './rules/undeclared-dependency.ts';
import { openSourceLines, type SourceLines } from './source-lines.ts';
import { lintEffects } from './statement-rules.ts';

/** The revisions to lint, and the graph that they belong to. */
export interface LintInput {
  /** The graph of the active plugins. */
  readonly graph: RevisionGraph;
  /** All revisions of the graph, by id. */
  readonly revisions: ReadonlyMap<string, Revision>;
  /** The ids of the revisions to lint, in the order in which to report them. */
  readonly chosen: readonly string[];
  /** The oldest major version of PostgreSQL that the revisions must support. */
  readonly oldest: number;
  /** The schema of the application's tables. Default: `public`. */
  readonly tables?: string;
  /** The revisions that no release has shipped. Their tables are still small. Default: none. */
  readonly unshipped?: ReadonlySet<string>;
  /** The active plugins, by name. Default: plugins that require nothing and open no table. */
  readonly plugins?: ReadonlyMap<string, LintedPlugin>;
}

/** Lints the SQL of revisions, without a database. */
export async function lintRevisions({
  graph,
  revisions,
  chosen,
  oldest,
  tables = 'public',
  unshipped = new Set(),
  plugins = new Map(),
}: LintInput): Promise<readonly Finding<LintRule>[]> {
  const ordered = graph.order.flatMap(({ id }) => revisions.get(id) ?? []);
  const history = await schemaHistory(ordered);
  const origins = await objectOrigins(ordered, new Set(chosen));
  const lines = openSourceLines();
  const findings: Finding<LintRule>[] = [];
  for (const revision of chosen.flatMap((id) => revisions.get(id) ?? [])) {
    const found = await lintRevision(revision, { graph, history, origins, oldest, tables, unshipped, plugins });
    findings.push(...withoutAllowed(revision, found).map((finding) => complete(finding, revision, lines)));
  }
  return findings;
}

interface Surroundings extends TextOptions {
  readonly graph: RevisionGraph;
  /** The schema after all revisions. */
  readonly history: SchemaHistory;
  readonly origins: ObjectOrigins;
  readonly unshipped: ReadonlySet<string>;
  readonly plugins: ReadonlyMap<string, LintedPlugin>;
}

async function lintRevision(revision: Revision, surroundings: Surroundings): Promise<readonly RuleFinding[]> {
  const up = await lintBody(revision.up, revision.transaction, surroundings);
  const down = await lintBody(revision.down, revision.transaction, surroundings);
  const check = revision.check === null ? null : await lintText(revision.check, surroundings);
  const changes = up === null || up.statements === null ? [] : await lintUp(revision, up.statements, surroundings);
  return [
    ...(up?.findings ?? []),
    ...changes,
    ...(down?.findings ?? []),
    ...(check?.findings ?? []),
    ...missingDown(revision.down),
  ];
}

async function lintBody(
  body: RevisionBody | null,
  transaction: boolean,
  options: TextOptions,
): Promise<LintedText | null> {
  if (body?.kind !== 'sql') return null;
  const { statements, findings } = await lintText(body.text, options);
  return { statements, findings: [...findings, ...transactionConflicts(body.text, statements ?? [], transaction)] };
}

/** Lints `up` with the rules that depend on the existing schema and on the creators of its objects. */
async function lintUp(
  revision: Revision,
  statements: LintedRevision['statements'],
  { graph, history, origins, unshipped, plugins }: Surroundings,
): Promise<readonly RuleFinding[]> {
  if (revision.up.kind === 'code') return [];
  const { id, breaking, transaction } = revision;
  const sql = revision.up.text;
  const before = { objects: origins.before(id) };
  const { findings, net } = await lintEffects(sql, { history: before, transaction, unshipped });
  const reason = breaking ? null : breakingReasonIn(net);
  const context: LintedRevision = {
    revision,
    sql,
    statements,
    ancestors: ancestorsOf(graph, id),
    graph,
    origins,
    history,
    plugins,
    net,
  };
  return [
    ...undeclaredDependency(context),
    ...opaqueStatement(context),
    ...foreignObject(context),
    ...(reason === null ? [] : [missingBreaking(reason)]),
    ...findings,
  ];
}

/** Removes the findings that an allow comment suppresses. */
function withoutAllowed({ up, down }: Revision, findings: readonly RuleFinding[]): readonly RuleFinding[] {
  const known = new Map<string, readonly AllowComment[]>();
  const commentsIn = (sql: string): readonly AllowComment[] => {
    const found = known.get(sql) ?? allowCommentsIn(sql);
    known.set(sql, found);
    return found;
  };
  const everywhere = [up, down].flatMap((body) => (body?.kind === 'sql' ? commentsIn(body.text) : []));
  return findings.flatMap((finding): readonly RuleFinding[] => {
    const { rule, message, at } = finding;
    // An upgrade refuses these statements anyway, so a comment cannot allow them.
    if (rule === 'syntax' || rule === 'transaction-conflict' || rule === 'named-schema') return [finding];
    const line = rule === 'newer-syntax' ? null : (at?.line ?? null);
    const comment = allowCommentFor(at === null ? everywhere : commentsIn(at.sql), rule, line);
    if (comment === null) return [finding];
    if (comment.reason !== '') return [];
    return [{ ...finding, message: `${message} The comment that allows this gives no reason, so it is ignored.` }];
  });
}

function complete(
  { rule, object, message, safer, at, alsoAt = [] }: RuleFinding,
  { id, plugin, file }: Revision,
  lines: SourceLines,
): Finding<LintRule> {
  return {
    rule,
    level: ruleLevels[rule],
    plugin,
    revision: id,
    file,
    line: at === null ? null : lines.of(file, at.sql, at.line),
    statement: at?.statement ?? null,
    object,
    message: at === null || alsoAt.length === 0 ? message : `${message} ${placesOf(at, alsoAt, file, lines)}`,
    differences: [],
    safer,
  };
}

/** Names all places of a finding: `It is used in 3 places: lines 4, 9, 12.` */
function placesOf({ sql, line }: SqlPlace, more: readonly number[], file: string, lines: SourceLines): string {
  const places = [line, ...more];
  const inFile = places.flatMap((one) => lines.of(file, sql, one) ?? []);
  const isInFile = inFile.length === places.length;
  const shown = (isInFile ? inFile : places).slice(0, 10).join(', ');
  const left = places.length > 10 ? ` and ${places.length - 10} more` : '';
  return `It is used in ${places.length} places: lines ${shown}${left}${isInFile ? '' : ' of the SQL'}.`;
}
