import { revisionGraph } from '../../../kernel/src/graph/revision-graph.ts';
import { lintRevisions } from '../../src/lint/lint-revisions.ts';
import type { Finding } from '../../src/lint/finding.ts';
import type { LintRule } from '../../src/lint/rule-levels.ts';
import type { Revision, RevisionBody } from '../../../kernel/src/plugin/revision.ts';

/** The parts of a revision that lint tests vary. */
export interface Sketch {
  /** `plugin@slug`. */
  readonly id: string;
  /** SQL; `null` for a code revision. */
  readonly up: string | null;
  /** Default: `select 1`; `null` for no `down`. */
  readonly down?: string | null;
  readonly dependsOn?: readonly string[];
  readonly breaking?: boolean;
  /** With a check the revision runs outside a transaction. */
  readonly check?: string;
  readonly file?: string;
}

/** Expands sketches into revisions, each of which revises the previous one of its plugin. */
export function revisionsOf(sketches: readonly Sketch[]): readonly Revision[] {
  const last = new Map<string, string>();
  return sketches.map(({ id, up, down = 'select 1', dependsOn = [], breaking = false, check = null, file = id }) => {
    const [plugin = '', slug = ''] = id.split('@');
    const before = last.get(plugin);
    last.set(plugin, id);
    return {
      id,
      plugin,
      slug,
      revises: before === undefined ? [] : [before],
      dependsOn: dependsOn.toSorted(),
      up: body(up),
      down: down === null ? null : body(down),
      transaction: check === null,
      check,
      breaking,
      replaces: [],
      raw: '',
      since: null,
      dependsOnSince: {},
      file,
    };
  });
}

function body(text: string | null): RevisionBody {
  return text === null ? { kind: 'code', version: 1, run: () => {} } : { kind: 'sql', text };
}

/** The parts of plugins that lint tests vary. */
export interface LintedPlugins {
  /** Default: core alone. */
  readonly requires?: Readonly<Record<string, readonly string[]>>;
  /** Default: none. */
  readonly openTables?: Readonly<Record<string, readonly string[]>>;
  /** The schema of the tables. Default: `public`. */
  readonly tables?: string;
}

/** Lints the last of the revisions, or the `chosen` ones. */
export function lint(
  sketches: readonly Sketch[],
  chosen?: readonly string[],
  { requires = {}, openTables = {}, tables = 'public' }: LintedPlugins = {},
): Promise<readonly Finding<LintRule>[]> {
  const revisions = revisionsOf(sketches);
  const last = revisions.at(-1)?.id ?? '';
  const names = [...new Set([...revisions.map(({ plugin }) => plugin), ...Object.keys(requires)])];
  const requirementsOf = (name: string): readonly string[] => requires[name] ?? (name === 'core' ? [] : ['core']);
  return lintRevisions({
    tables,
    plugins: new Map(
      names.map((name) => [
        name,
        {
          requires: requirementsOf(name).map((plugin) => ({ plugin, package: plugin, range: '*', optional: false })),
          openTables: openTables[name] ?? [],
        },
      ]),
    ),
    graph: revisionGraph(revisions),
    revisions: new Map(revisions.map((revision) => [revision.id, revision])),
    chosen: chosen ?? [last],
    oldest: 15,
  });
}

/** Returns the rule that each finding reports. */
export function rulesOf(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ rule }) => rule);
}

/** Plugin zero with a few objects, and a plugin that has its own table and adds columns to a table of plugin zero. */
export const community: readonly Sketch[] = [
  {
    id: 'core@0001_objects',
    up:
      'create table core_user (id serial primary key, name varchar(64) not null); ' +
      'create table core_object (id serial primary key, author_id int not null references core_user); ' +
      "create type core_mood as enum ('sad', 'ok'); create view core_view as select id from core_object; " +
      "create function core_touch() returns trigger language plpgsql as ''; create schema core_shop",
  },
  { id: 'core@0002_activities', up: 'create table core_activity (id serial primary key, verb text)' },
  {
    id: 'likes@0001_like',
    dependsOn: ['core@0001_objects'],
    up:
      'create table likes_like (id serial primary key, object_id int references core_object); ' +
      'alter table core_object add column likes_count int not null default 0, add column likes_note text',
  },
];
