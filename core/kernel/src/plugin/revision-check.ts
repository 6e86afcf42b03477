import type { DefinedRevision, RevisionCode } from '../contract/define-revision.ts';
import { isSql } from '../contract/sql.ts';
import { kernelError } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';
import { quoteInput } from '../error/quote-input.ts';
import { isRevisionId, parseId } from '../graph/revision-id.ts';
import { handOverLine, handOverLines, parseHandOver } from '../sql/hand-over.ts';
import { rawHash } from './revision-hash.ts';
import type { Revision, RevisionBody } from './revision.ts';
import { countStatements } from './sql-lexer.ts';

/** Returns the error for one field of a revision. */
type Refuse = (field: keyof DefinedRevision, problem: string) => KernelError;

/**
 * Checks a revision exactly as its author wrote it, when none of its types can be trusted yet, and applies the
 * defaults. `since` and `dependsOnSince` stay empty. Throws REVISION_ID_INVALID, REVISION_NAME_DIFFERS,
 * REVISION_FIELD_INVALID.
 */
export function checkRevision(written: DefinedRevision, plugin: string, slug: string, file: string): Revision {
  const id = typeof written.id === 'string' ? written.id : String(written.id);
  parseId(id, file);
  const expected = `${plugin}@${slug}`;
  if (id !== expected) {
    // If no id can match the file's name, the name is the mistake.
    parseId(expected, file);
    throw kernelError('REVISION_NAME_DIFFERS', { id, file, expected });
  }
  const refuse: Refuse = (field, problem) =>
    kernelError('REVISION_FIELD_INVALID', { revision: id, file, field, problem });

  const transaction = flag(written.transaction, true, 'transaction', refuse);
  const code = typeof written.up === 'function' || typeof written.down === 'function';
  const version = versionOf(written.version, code, refuse);
  // A revision that merges heads may be empty.
  const mayBeEmpty = Array.isArray(written.revises) && written.revises.length > 1;
  const up = bodyOf(written.up, version, 'up', refuse, mayBeEmpty);
  const down = written.down === undefined ? null : bodyOf(written.down, version, 'down', refuse, mayBeEmpty);
  const revises = revisesOf(written.revises, plugin, id, refuse);
  const dependsOn = dependsOnOf(written.dependsOn, plugin, refuse);
  const edges = { id, revises, dependsOn, transaction };
  return Object.freeze({
    ...edges,
    plugin,
    slug,
    up,
    down,
    check: transaction ? noCheck(written.check, refuse) : checkOf(written.check, up, down, refuse),
    breaking: flag(written.breaking, false, 'breaking', refuse),
    replaces: branchIds(written.replaces ?? [], 'replaces', plugin, id, refuse),
    raw: rawHash({ ...edges, up }),
    since: null,
    dependsOnSince: Object.freeze({}),
    file,
  });
}

function flag(value: unknown, standard: boolean, field: keyof DefinedRevision, refuse: Refuse): boolean {
  if (value === undefined) return standard;
  if (typeof value !== 'boolean') throw refuse(field, 'is neither true nor false');
  return value;
}

function versionOf(value: unknown, code: boolean, refuse: Refuse): number {
  if (!code && value !== undefined) throw refuse('version', 'counts changes to code, but this revision has none');
  if (!code) return 0;
  if (value === undefined)
    throw refuse('version', 'is missing: it is hashed in place of the code; start with version: 1');
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1)
    throw refuse('version', 'is not a positive integer');
  return value;
}

function bodyOf(
  value: unknown,
  version: number,
  field: 'up' | 'down',
  refuse: Refuse,
  mayBeEmpty: boolean,
): RevisionBody {
  // Its parameters and result can be checked only when it runs.
  if (typeof value === 'function') return Object.freeze({ kind: 'code', version, run: value as RevisionCode });
  if (value === undefined) throw refuse(field, 'is missing');
  const text = textOf(value, field, refuse, mayBeEmpty);
  assertHandOvers(text, field, refuse);
  return Object.freeze({ kind: 'sql', text });
}

function assertHandOvers(text: string, field: 'up' | 'down', refuse: Refuse): void {
  const lines = handOverLines(text);
  const [first] = lines;
  if (first !== undefined && field === 'down') {
    throw refuse(field, `has the line "${first}"; an object goes back by itself if its revision is reverted`);
  }
  const wrong = lines.find((line) => parseHandOver(line) === null);
  if (wrong === undefined) return;
  const expected = handOverLine('table', 'core_tag', 'tags');
  throw refuse(field, `has the line ${quoteInput(wrong, 150)}, which is not like "${expected}"`);
}

function textOf(value: unknown, field: keyof DefinedRevision, refuse: Refuse, mayBeEmpty = false): string {
  if (typeof value === 'string') throw refuse(field, 'is a string; put `sql` before its opening backtick');
  if (!isSql(value) || typeof value.text !== 'string') throw refuse(field, 'is neither sql`…` nor a function');
  if (value.values.length > 0) {
    throw refuse(field, 'has a bound value in ${…}; write the value into the text, or use code and `query`');
  }
  if (value.text.includes('\0')) throw refuse(field, 'contains a zero byte, which PostgreSQL does not accept');
  // Comments alone are accepted: they record that there is nothing to do or to revert.
  if (!mayBeEmpty && value.text.trim() === '')
    throw refuse(field, `is empty${field === 'down' ? '; leave it out' : ''}`);
  return value.text;
}

function revisesOf(value: unknown, plugin: string, id: string, refuse: Refuse): readonly string[] {
  if (value === undefined) throw refuse('revises', 'is missing; the first revision of a branch has revises: null');
  if (value === null) return Object.freeze([]);
  const ids = branchIds(typeof value === 'string' ? [value] : value, 'revises', plugin, id, refuse);
  if (ids.length === 0) throw refuse('revises', 'is an empty list; the first revision of a branch has revises: null');
  return ids;
}

function branchIds(
  value: unknown,
  field: 'revises' | 'replaces',
  plugin: string,
  id: string,
  refuse: Refuse,
): readonly string[] {
  const ids = idsOf(value, field, refuse);
  const other = ids.find((one) => parseId(one).plugin !== plugin);
  if (other !== undefined) {
    throw refuse(
      field,
      `names "${other}", which is not on the branch "${plugin}"; a revision of another branch belongs in dependsOn`,
    );
  }
  if (ids.includes(id)) throw refuse(field, 'names the revision itself');
  return ids;
}

function dependsOnOf(value: unknown, plugin: string, refuse: Refuse): readonly string[] {
  if (value === undefined) return Object.freeze([]);
  const ids = idsOf(value, 'dependsOn', refuse);
  const own = ids.find((id) => parseId(id).plugin === plugin);
  if (own !== undefined)
    throw refuse('dependsOn', `names "${own}", which is on its own branch; that belongs in revises`);
  return ids;
}

/** Returns concrete ids without duplicates, sorted. */
function idsOf(value: unknown, field: keyof DefinedRevision, refuse: Refuse): readonly string[] {
  if (!Array.isArray(value)) throw refuse(field, 'is not a list of revision ids');
  const ids = value.map((item: unknown) => {
    if (typeof item !== 'string') throw refuse(field, 'contains something that is not a revision id');
    if (/@(?:head|base|[+-]\d*)$/.test(item) || item === 'heads') {
      throw refuse(field, `names ${quoteInput(item)}, which moves; name a concrete revision`);
    }
    if (!isRevisionId(item))
      throw refuse(field, `names ${quoteInput(item, 150)}, which is not a revision id (plugin@slug)`);
    return item;
  });
  const twice = ids.find((id, i) => ids.indexOf(id) !== i);
  if (twice !== undefined) throw refuse(field, `names "${twice}" twice`);
  return Object.freeze(ids.toSorted());
}

function noCheck(value: unknown, refuse: Refuse): null {
  if (value !== undefined)
    throw refuse('check', 'is only for transaction: false; in a transaction the ledger records what was applied');
  return null;
}

function checkOf(value: unknown, up: RevisionBody, down: RevisionBody | null, refuse: Refuse): string {
  for (const [field, body] of [['up', up] as const, ['down', down] as const]) {
    if (body?.kind === 'code') throw refuse(field, 'is code, which always runs in a transaction');
    const statements = body === null ? 1 : countStatements(body.text);
    if (statements !== 1)
      throw refuse(field, `has ${statements} statements; outside a transaction a revision has exactly one`);
  }
  if (value === undefined) {
    throw refuse(
      'check',
      'is missing: without a transaction, only a boolean query can show whether `up` has taken effect',
    );
  }
  const text = textOf(value, 'check', refuse);
  if (countStatements(text) !== 1) throw refuse('check', 'is not a single query');
  return text;
}
