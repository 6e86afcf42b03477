import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineRevision } from '../../core/kernel/src/contract/define-revision.ts';
import { sql, type Sql } from '../../core/kernel/src/contract/sql.ts';
import { checkRevision } from '../../core/kernel/src/plugin/revision-check.ts';
import type { PluginSet } from '../../core/kernel/src/plugin/plugin-set.ts';
import type { Revision } from '../../core/kernel/src/plugin/revision.ts';
import { pluginSetOf } from '../helper/authoring.ts';

/** A revision of a history, and the judgment of a reader who knows PostgreSQL's locks and the needs of older code. */
export interface JudgedRevision {
  readonly revision: Revision;
  readonly up: string;
  readonly down: string;
  /** The expected findings: the rule, the object, and the first line of the statement. */
  readonly finds: readonly string[];
  /** The reasons why older code cannot live with the revision. */
  readonly reasons: readonly string[];
  /** Further reasons, which the SQL does not show to lint. */
  readonly unseen: readonly string[];
}

/** The revisions of one plugin, over years. */
export interface History {
  readonly plugin: string;
  /** The plugins on whose tables it builds. */
  readonly requires: readonly string[];
  readonly revisions: readonly JudgedRevision[];
}

/**
 * Reads all histories. A file is one history:
 *
 * - `-- plugin <name> [requires <name> …]` begins it.
 * - `-- revision <slug> [breaking] [outside]` begins a revision. One that runs outside a transaction has a `-- check`.
 * - `-- depends <id>, …` lists revisions of required plugins.
 * - `-- finds <rule> <object>, …` lists the findings about the statement below.
 * - `-- breaking <reason>` and `-- unseen <reason>` give reasons why older code cannot live with the revision.
 * - `-- down` begins its `down`.
 */
export function readHistories(): readonly History[] {
  const files = globSync('*.sql', { cwd: import.meta.dirname }).toSorted();
  return files.map((file) => historyIn(readFileSync(join(import.meta.dirname, file), 'utf8')));
}

/** Returns the plugins of a history and of all that it requires, as the kernel would read them from disk. */
export function pluginsOf(history: History, all: readonly History[]): PluginSet {
  const needed = [...all.filter(({ plugin }) => history.requires.includes(plugin)), history];
  return pluginSetOf(
    needed.map(({ plugin, requires }) => ({ name: plugin, requires })),
    needed.flatMap(({ revisions }) => revisions.map(({ revision }) => revision)),
  );
}

function historyIn(text: string): History {
  const [head = '', ...parts] = text.split(/^-- revision /m);
  const [plugin = '', ...requires] = head
    .trim()
    .replace('-- plugin ', '')
    .split(/ (?:requires )?/);
  const revisions: JudgedRevision[] = [];
  for (const part of parts) revisions.push(revisionIn(part, plugin, revisions.at(-1)?.revision.id ?? null));
  return { plugin, requires, revisions };
}

function revisionIn(text: string, plugin: string, revises: string | null): JudgedRevision {
  const [head = '', ...lines] = text.trimEnd().split('\n');
  const [slug = '', ...marks] = head.split(' ');
  const end = lines.indexOf('-- down');
  if (end === -1) throw new Error(`${plugin}@${slug} has no down`);
  const above = lines.slice(0, end);
  const noted = (word: string): readonly string[] =>
    above.flatMap((line) => (line.startsWith(`-- ${word} `) ? [line.slice(word.length + 4)] : []));
  const up = above.filter((line) => !/^-- (?:finds|breaking|unseen|depends|check) /.test(line)).join('\n');
  const down = lines.slice(end + 1).join('\n');
  const id = `${plugin}@${slug}`;
  const written = defineRevision({
    id,
    revises,
    dependsOn: noted('depends').flatMap((ids) => ids.split(', ')),
    up: textOf(up),
    down: textOf(down),
    breaking: marks.includes('breaking'),
    ...(marks.includes('outside') && { transaction: false, check: textOf(noted('check').join('\n')) }),
  });
  return {
    revision: checkRevision(written, plugin, slug, `${id}.ts`),
    up,
    down,
    finds: findsIn(above),
    reasons: noted('breaking'),
    unseen: noted('unseen'),
  };
}

function findsIn(lines: readonly string[]): readonly string[] {
  return lines.flatMap((line, i) => {
    if (!line.startsWith('-- finds ')) return [];
    const statement = lines.slice(i).find((one) => !one.startsWith('--')) ?? '';
    const finds = line.slice('-- finds '.length).split(', ');
    return finds.map((found) => `${found}: ${statement.replace(/;$/, '')}`);
  });
}

function textOf(text: string): Sql {
  return { ...sql``, text };
}
