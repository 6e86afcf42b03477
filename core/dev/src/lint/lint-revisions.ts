import { ancestorsOf, partsOf, schemaHistory, type Revision, type RevisionBody, type RevisionGraph, type SchemaHistory } from '@headwater/kernel/internal';
import { whyBreaking } from './breaking.ts';
import { risksOf } from './dangers.ts';
import { allowanceFor, allowancesIn, type Allowance } from './allowance.ts';
import type { Discovery, Finding } from './finding.ts';
import { foreignDiscoveries, type Ownership } from './foreign-rule.ts';
import { originsIn, type Origins } from './origins.ts';
import { rules } from './rule.ts';
import { openSourceLines, type SourceLines } from './source-line.ts';
import { placeIn, readText } from './text-rules.ts';
import { undeclaredDiscoveries } from './undeclared-rule.ts';

/** What lint looks at. */
export interface LintSubject {
  /** Of the active plugins. */
  readonly graph: RevisionGraph;
  /** All revisions of the graph, by id. */
  readonly revisions: ReadonlyMap<string, Revision>;
  /** Ids of those to look at, in the order in which to tell of them. */
  readonly chosen: readonly string[];
  /** The oldest major version of PostgreSQL that they have to run on. */
  readonly oldest: number;
}

/** Looks at revisions as texts, without a database. Throws nothing of its own. */
export async function lintRevisions({ graph, revisions, chosen, oldest }: LintSubject): Promise<readonly Finding[]> {
  const ordered = graph.order.flatMap(({ id }) => revisions.get(id) ?? []);
  const history = await schemaHistory(ordered);
  const origins = await originsIn(ordered, new Set(chosen));
  const lines = openSourceLines();
  const findings: Finding[] = [];
  for (const revision of chosen.flatMap((id) => revisions.get(id) ?? [])) {
    const discoveries = await discoveriesIn(revision, { graph, history, origins, oldest });
    findings.push(...findingsOf(revision, discoveries, lines));
  }
  return findings;
}

interface Known {
  readonly graph: RevisionGraph;
  /** After all revisions. */
  readonly history: SchemaHistory;
  readonly origins: Origins;
  readonly oldest: number;
}

async function discoveriesIn(revision: Revision, known: Known): Promise<readonly Discovery[]> {
  const down = await textOf(revision.down, known.oldest);
  const check = revision.check === null ? null : await readText(revision.check, known.oldest);
  const found = [...(down?.discoveries ?? []), ...(check?.discoveries ?? [])];
  const missing: readonly Discovery[] =
    revision.down === null
      ? [{ rule: 'missing-down', message: 'It has no `down`: it cannot be taken away again.', safer: null, at: null }]
      : [];
  const up = await textOf(revision.up, known.oldest);
  if (revision.up.kind === 'code' || up === null) return [...found, ...missing];
  const own = up.statements === null ? [] : await meaningOf(revision, revision.up.text, up.statements, known);
  return [...up.discoveries, ...own, ...found, ...missing];
}

function textOf(body: RevisionBody | null, oldest: number): ReturnType<typeof readText> | null {
  return body?.kind === 'sql' ? readText(body.text, oldest) : null;
}

type Statements = NonNullable<Awaited<ReturnType<typeof readText>>['statements']>;

/** What depends on what is there before it, and on who made that. */
async function meaningOf(
  revision: Revision,
  sql: string,
  statements: Statements,
  { graph, history, origins }: Known,
): Promise<readonly Discovery[]> {
  const { id, plugin, dependsOn, breaking, transaction } = revision;
  const placeOf = placeIn(sql);
  const closure = ancestorsOf(graph, id);
  const before = { objects: origins.before(id) };
  const risks = await risksOf(sql, { history: before, transaction });
  const why = breaking ? null : await whyBreaking(sql, before);
  const ownership: Ownership = {
    plugin,
    ownerOf(object) {
      const made = origins.of(object).filter(({ revision: other }) => other !== id);
      return (made.findLast(({ revision: other }) => closure.has(other)) ?? made.at(-1))?.object.plugin ?? null;
    },
    ownColumns: (table) =>
      partsOf(before.objects, table).flatMap((part) =>
        part.kind === 'column' && part.plugin === plugin ? [part.name] : [],
      ),
  };
  return [
    ...undeclaredDiscoveries(statements, { id, plugin, dependsOn, closure, graph, origins, history }, placeOf),
    ...foreignDiscoveries(statements, ownership, placeOf),
    ...(why === null ? [] : [unmarked(why)]),
    ...risks.map(({ rule, message, safer, statement, line }) => ({
      rule,
      message,
      safer,
      at: { sql, statement, line },
    })),
  ];
}

function unmarked(why: string): Discovery {
  return {
    rule: 'missing-breaking',
    message: `Older code cannot live with it: it ${why}.`,
    safer: 'breaking: true,',
    at: null,
  };
}

function findingsOf(revision: Revision, discoveries: readonly Discovery[], lines: SourceLines): readonly Finding[] {
  const { id, plugin, file } = revision;
  const texts = new Map<string, readonly Allowance[]>();
  const allowances = (sql: string): readonly Allowance[] => {
    const found = texts.get(sql) ?? allowancesIn(sql);
    texts.set(sql, found);
    return found;
  };
  const whole = [revision.up, revision.down].flatMap((body) => (body?.kind === 'sql' ? allowances(body.text) : []));
  return discoveries.flatMap(({ rule, message, safer, at }): readonly Finding[] => {
    const allowed = at === null ? allowanceFor(whole, rule, null) : allowanceFor(allowances(at.sql), rule, at.line);
    // What cannot be read can be allowed by nothing that is in it.
    if (allowed !== null && allowed.reason !== '' && rule !== 'syntax') return [];
    const note = allowed === null ? '' : ' The comment that allows it gives no reason, so it does not count.';
    return [
      {
        plugin,
        revision: id,
        file,
        line: at === null ? null : lines.of(file, at.sql, at.line),
        statement: at?.statement ?? null,
        rule,
        level: rules[rule].level,
        message: `${message}${note}`,
        safer,
      },
    ];
  });
}
