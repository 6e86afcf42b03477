import { describe, expect, it } from 'vitest';
import { isKernelError } from '../../src/error/kernel-codes.ts';
import type { KernelError } from '../../src/error/kernel-error.ts';
import { checkLedger, type RecordedRevision, type ShippedRevision } from '../../src/plan/ledger-check.ts';

/** Parses `likes@2 < likes@1 (core@1) !` as a breaking revision with a parent and a dependency. */
function read(drawing: string): readonly RecordedRevision[] {
  return drawing
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [, id = '', parent, dependency, mark, raw] =
        /^(\S+)(?: < (\S+))?(?: \((\S+)\))?( !)?(?: #(\S+))?$/.exec(line) ?? [];
      return {
        id,
        plugin: id.split('@')[0] ?? '',
        revises: parent === undefined ? [] : [parent],
        dependsOn: dependency === undefined ? [] : [dependency],
        breaking: mark !== undefined,
        replaces: [],
        raw: raw ?? `raw of ${id}`,
      };
    });
}

function compare(code: string, ledger: string): ReturnType<typeof checkLedger> {
  const shipped = new Map<string, ShippedRevision>(read(code).map((r) => [r.id, { ...r, since: null }]));
  const packages = new Map([...shipped.values()].map((r) => [r.plugin, `plugin-${r.plugin}`]));
  return checkLedger(shipped, packages, read(ledger));
}

function refusal(code: string, ledger: string): KernelError {
  try {
    compare(code, ledger);
  } catch (error) {
    if (isKernelError(error)) return error;
    throw error;
  }
  throw new Error('the ledger was accepted');
}

const full = `
  core@1
  core@2 < core@1
  likes@1 (core@1)
  likes@2 < likes@1
`;

describe('the ledger check', () => {
  it('accepts a ledger whose rows are all known to the code', () => {
    const history = compare(full, 'core@1\nlikes@1 (core@1)');
    expect([...history.applied]).toEqual(['core@1', 'likes@1']);
    expect(history).toMatchObject({ dormant: [], ahead: [], differing: [] });
  });

  it('reports the rows of an inactive plugin as dormant', () => {
    const history = compare('core@1', 'core@1\nlikes@1 (core@1)\nlikes@2 < likes@1 !');
    expect(history.dormant.map((row) => row.id)).toEqual(['likes@1', 'likes@2']);
    expect(history.ahead).toEqual([]);
  });

  it('tells which version to install first, where a squash replaces only a part of what is applied', () => {
    const [row] = read('likes@squash');
    if (row === undefined) throw new Error('no row');
    const squash = { ...row, replaces: ['likes@1', 'likes@2'], since: '1.9.0' };
    const check = (): unknown =>
      checkLedger(new Map([[squash.id, squash]]), new Map([['likes', '@acme/likes']]), read('likes@1'));
    expect(check).toThrow(
      expect.objectContaining({
        code: 'SQUASH_HALF_APPLIED',
        details: expect.objectContaining({ missing: ['likes@2'], floor: '1.9.0' }) as unknown,
        hint: expect.stringContaining('npm install @acme/likes@1.9.0, then npx kernel migrate:up') as unknown,
      }),
    );
  });

  it('rejects rows of plugin zero if the config does not name it', () => {
    expect(refusal('likes@1', 'core@1\ncore@2 < core@1\nlikes@1 (core@1)')).toMatchObject({
      code: 'CORE_NOT_CONFIGURED',
      exitCode: 10,
      details: { revisions: 2 },
    });
  });

  it('reports additive rows beyond the code as ahead', () => {
    expect(compare('core@1', 'core@1\ncore@2 < core@1').ahead.map((row) => row.id)).toEqual(['core@2']);
  });

  it('rejects a database that is ahead by a breaking revision', () => {
    const error = refusal('core@1', 'core@1\ncore@2 < core@1\ncore@3 < core@2 !');
    expect(error).toMatchObject({ code: 'DATABASE_AHEAD', exitCode: 33 });
    expect(error.details).toMatchObject({ revisions: ['core@2', 'core@3'], breaking: ['core@3'] });
  });

  it.each([
    ['in the middle of its branch', 'core@1\ncore@3 < core@1', 'core@1\ncore@2 < core@1\ncore@3 < core@2'],
    ['at the base of its branch', 'core@2', 'core@1\ncore@2 < core@1'],
    ['that another plugin depends on', 'core@1\nlikes@1 (core@1)', 'core@1\ncore@2 < core@1\nlikes@1 (core@2)'],
  ])('rejects a deleted applied revision %s', (_, code, ledger) => {
    expect(refusal(code, ledger)).toMatchObject({ code: 'REVISION_DELETED', exitCode: 15 });
  });

  it.each([
    ['a renamed head', 'core@1\ncore@2b < core@1', 'core@1\ncore@2a < core@1'],
    ['a renamed base', 'core@first', 'core@1'],
  ])('rejects two histories of one branch: %s', (_, code, ledger) => {
    expect(refusal(code, ledger)).toMatchObject({ code: 'HISTORY_DIVERGED', exitCode: 15 });
  });

  it('lists revisions that differ from those that ran, so that their tokens can be compared', () => {
    expect(compare(full, 'core@1 #other\ncore@2 < core@1').differing).toEqual(['core@1']);
  });
});
