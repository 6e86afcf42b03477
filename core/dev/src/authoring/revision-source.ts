import { devError } from '../error/dev-codes.ts';
import type { KernelError } from '@headwater/kernel/internal';
import { docComment, lineWidth, wrapped } from './prose.ts';
import { sqlLiteral } from './sql-literal.ts';

/** An edge to another branch, with what it is there for. */
export interface DraftDependency {
  /** `plugin@slug`. */
  readonly revision: string;
  /** What of that revision is used, like `core_object`; a comment beside it. Empty: none. */
  readonly why: string;
}

/** A revision that is to be written to a file. */
export interface RevisionDraft {
  /** `plugin@slug`. */
  readonly id: string;
  readonly revises: null | string | readonly string[];
  readonly dependsOn: readonly DraftDependency[];
  /** SQL. */
  readonly up: string;
  /** SQL; `null` where it cannot be undone. */
  readonly down: string | null;
  /** Default: false. */
  readonly breaking?: boolean;
  /** Default: true. */
  readonly transaction?: boolean;
  /** SQL, where `transaction` is false. */
  readonly check?: string;
  /** A sentence for people: its doc comment. */
  readonly about: string;
  /** Remarks for whoever reviews it, as comments above `up`. Default: none. */
  readonly notes?: readonly string[];
  /** Where the file imports `defineRevision` from. */
  readonly importFrom: string;
}

/**
 * The text of a revision file, as the formatter leaves it. Reading it back gives the draft: SQL with the same tokens,
 * constants and comments to the letter. Throws REVISION_TEXT_UNWRITABLE.
 */
export function revisionSource(draft: RevisionDraft): string {
  const { id, revises, dependsOn, up, down, breaking, transaction, check, about, notes = [], importFrom } = draft;
  const sqlField = (field: 'up' | 'down' | 'check', text: string): string => {
    const start = `  ${field}: `;
    const refuse = (problem: string): KernelError =>
      devError('REVISION_TEXT_UNWRITABLE', { revision: id, field, problem });
    return `${start}${sqlLiteral(text, start.length, refuse)},`;
  };
  const lines = [
    `import { defineRevision, sql } from ${quotedSpecifier(importFrom)};`,
    '',
    ...(about === '' ? [] : [docComment(about)]),
    'export default defineRevision({',
    `  id: '${id}',`,
    revisesField(revises),
    ...dependsOnField(dependsOn),
    ...(breaking === true ? ['  breaking: true,'] : []),
    ...(transaction === false ? ['  transaction: false,'] : []),
    ...notes.flatMap((note) => wrapped(note, lineWidth - 5).map((line) => `  // ${line}`)),
    sqlField('up', up),
    ...(down === null ? [] : [sqlField('down', down)]),
    ...(check === undefined ? [] : [sqlField('check', check)]),
    '});',
    '',
  ];
  return lines.join('\n');
}

function quotedSpecifier(specifier: string): string {
  return specifier.includes("'") ? JSON.stringify(specifier) : `'${specifier.replaceAll('\\', '\\\\')}'`;
}

function revisesField(revises: RevisionDraft['revises']): string {
  if (revises === null) return '  revises: null,';
  if (typeof revises !== 'string') return listField('revises', revises);
  const line = `  revises: '${revises}',`;
  return fits(line) ? line : `  revises:\n    '${revises}',`;
}

function dependsOnField(edges: readonly DraftDependency[]): readonly string[] {
  const [first] = edges;
  if (first === undefined) return [];
  const said = edges.map(({ revision, why }) => ({ revision, why: wrapped(why, Infinity).join(' ') }));
  if (edges.length === 1 || said.every(({ why }) => why === '')) {
    const line = listField(
      'dependsOn',
      edges.map(({ revision }) => revision),
    );
    const why = said[0]?.why ?? '';
    if (why === '') return [line];
    if (!line.includes('\n')) return [`${line} // ${why}`];
  }
  return [
    '  dependsOn: [',
    ...said.map(({ revision, why }) => `    '${revision}',${why === '' ? '' : ` // ${why}`}`),
    '  ],',
  ];
}

/** On one line where it fits. */
function listField(field: string, ids: readonly string[]): string {
  const names = ids.map((id) => `'${id}'`);
  const line = `  ${field}: [${names.join(', ')}],`;
  return fits(line) ? line : `  ${field}: [\n${names.map((name) => `    ${name},\n`).join('')}  ],`;
}

function fits(line: string): boolean {
  return line.length <= lineWidth;
}
