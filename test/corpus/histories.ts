import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Sql } from '../../core/kernel/src/contract/sql.ts';
import { sql } from '../../core/kernel/src/contract/sql.ts';
import { defineRevision } from '../../core/kernel/src/contract/define-revision.ts';
import { checkRevision } from '../../core/kernel/src/plugin/revision-check.ts';
import type { Revision } from '../../core/kernel/src/plugin/revision.ts';

/**
 * A finding that a reader expects, or that lint reported: the rule, the object, and the first line of its statement.
 * It is text, so that a difference shows both sides.
 */
export type Judgment = string;

/** A revision of a history, with the judgment of a reader who knows PostgreSQL's locks and what old code needs. */
export interface JudgedRevision {
  readonly revision: Revision;
  readonly up: string;
  readonly down: string | null;
  /** What lint has to report. */
  readonly finds: readonly Judgment[];
  /** The reasons why older code cannot live with the revision. */
  readonly reasons: readonly string[];
}

/** The revisions of one plugin, over years. */
export interface History {
  readonly plugin: string;
  /** The plugins on whose tables it builds. */
  readonly requires: readonly string[];
  readonly revisions: readonly JudgedRevision[];
}

/**
 * Reads the histories, those first that others require. A file is one history:
 *
 * - `-- plugin <name> [requires <name> …]` begins it.
 * - `-- revision <slug> [breaking] [outside]` begins a revision. One that is `outside` a transaction has a `-- check`.
 * - `-- depends <id>, …` lists revisions of required plugins.
 * - `-- finds <rule> <object>, …` lists the findings about the statement below.
 * - `-- breaking <reason>` gives a reason why older code cannot live with the revision.
 * - `-- down` begins its `down`.
 */
export function readHistories(): readonly History[] {
  const files = globSync('*.sql', { cwd: import.meta.dirname }).toSorted();
  const histories = files.map((file) => historyIn(readFileSync(join(import.meta.dirname, file), 'utf8')));
  return histories.toSorted((a, b) => a.requires.length - b.requires.length);
}

function historyIn(text: string): History {
  const [head = '', ...parts] = text.split(/^-- revision /m);
  const [, plugin = '', ...requires] = (/^-- plugin (.*)$/m.exec(head)?.[1] ?? '').split(/ requires | /).toSpliced(0, 0, '');
  const revisions: JudgedRevision[] = [];
  for (const part of parts) revisions.push(revisionIn(part, plugin, revisions.at(-1)?.revision.id ?? null));
  return { plugin, requires, revisions };
}

const mark = /^-- (?:finds|breaking|depends|check) (.*)$/;

function revisionIn(text: string, plugin: string, revises: string | null): JudgedRevision {
  const [head = '', ...lines] = text.trimEnd().split('\n');
  const [slug = '', ...marks] = head.split(' ');
  const end = lines.indexOf('-- down');
  const above = end === -1 ? lines : lines.slice(0, end);
  const noted = (word: string): readonly string[] =>
    above.flatMap((line) => (line.startsWith(`-- ${word} `) ? [line.slice(word.length + 4)] : []));
  const up = sqlIn(above);
  const down = end === -1 ? null : sqlIn(lines.slice(end + 1));
  const id = `${plugin}@${slug}`;
  const shared = {
    id,
    revises,
    dependsOn: noted('depends').flatMap((ids) => ids.split(', ')),
    up: textOf(up),
    ...(down !== null && { down: textOf(down) }),
    ...(marks.includes('breaking') && { breaking: true }),
  };
  const written = marks.includes('outside')
    ? defineRevision({ ...shared, transaction: false, check: textOf(noted('check').join('\n')) })
    : defineRevision(shared);
  return { revision: checkRevision(written, plugin, slug, `${id}.ts`), up, down, finds: findsIn(above), reasons: noted('breaking') };
}

function findsIn(lines: readonly string[]): readonly Judgment[] {
  return lines.flatMap((line, i) => {
    if (!line.startsWith('-- finds ')) return [];
    const statement = lines.slice(i).find((one) => !one.startsWith('--')) ?? '';
    return line.slice('-- finds '.length).split(', ').map((found) => `${found}: ${statement}`);
  });
}

function sqlIn(lines: readonly string[]): string {
  return lines.filter((line) => !mark.test(line)).join('\n');
}

function textOf(text: string): Sql {
  return { ...sql``, text };
}
