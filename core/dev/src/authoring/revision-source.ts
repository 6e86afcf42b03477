import type { KernelError } from '@headwater/kernel/internal/errors';
import type { RevisionDefinition } from '@headwater/kernel/plugin';
import { devError } from '../error/dev-codes.ts';
import { docComment, lineWidth, wrapped } from './comment-text.ts';
import { sqlLiteral } from './sql-literal.ts';

/** An edge to a revision of another plugin, with its reason. */
export interface DraftDependency {
  /** `plugin@slug`. */
  readonly revision: string;
  /**
   * The objects of that revision that are used, like `core_object`, for a comment next to the edge. Without any, there
   * is no comment.
   */
  readonly why: string;
}

/** A revision to write to a file. */
export interface RevisionDraft extends Pick<RevisionDefinition, 'id' | 'revises' | 'breaking' | 'transaction'> {
  readonly dependsOn: readonly DraftDependency[];
  /** The revisions that it replaces, in order. Default: none. */
  readonly replaces?: readonly string[];
  /** SQL. */
  readonly up: string;
  /** SQL; `null` if the revision cannot be reverted. */
  readonly down: string | null;
  /** SQL, if `transaction` is false. */
  readonly check?: string;
  /** The text of its doc comment. */
  readonly about: string;
  /** Notes for its reviewers, written as comments above `up`. Default: none. */
  readonly notes?: readonly string[];
  /** The module from which the file imports `defineRevision`. */
  readonly importFrom: string;
}

/**
 * Returns the text of a revision file, formatted the way the formatter would. Loading the file returns an equivalent
 * draft: the SQL has the same tokens, and its constants and comments are unchanged. Throws REVISION_TEXT_UNWRITABLE.
 */
export function revisionSource(draft: RevisionDraft): string {
  const { id, revises, dependsOn, replaces = [], up, down, breaking, transaction } = draft;
  const { check, about, notes = [], importFrom } = draft;
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
    ...(replaces.length > 0 ? [listField('replaces', replaces)] : []),
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
  const commented = edges.map(({ revision, why }) => ({ revision, why: wrapped(why, Infinity).join(' ') }));
  if (edges.length === 1 || commented.every(({ why }) => why === '')) {
    const line = listField(
      'dependsOn',
      edges.map(({ revision }) => revision),
    );
    const why = commented[0]?.why ?? '';
    if (why === '') return [line];
    if (!line.includes('\n')) return [`${line} // ${why}`];
  }
  return [
    '  dependsOn: [',
    ...commented.map(({ revision, why }) => `    '${revision}',${why === '' ? '' : ` // ${why}`}`),
    '  ],',
  ];
}

/** Writes a list on one line if it fits. */
function listField(field: string, ids: readonly string[]): string {
  const names = ids.map((id) => `'${id}'`);
  const line = `  ${field}: [${names.join(', ')}],`;
  return fits(line) ? line : `  ${field}: [\n${names.map((name) => `    ${name},\n`).join('')}  ],`;
}

function fits(line: string): boolean {
  return line.length <= lineWidth;
}
