import { describe, expect, it } from 'vitest';
import { headsAmong } from '../../src/graph/heads-and-bases.ts';
import { branchesOf, statusOf, type Branch } from '../../src/migrate/branch-status.ts';
import type { Ledger, LedgerRow } from '../../src/ledger/ledger.ts';
import type { PluginSet } from '../../src/plugin/plugin-set.ts';
import type { Revision } from '../../src/plugin/revision.ts';
import { revision } from '../db/support.ts';

/** Returns a chain of revisions in which each revises the previous one. */
function chain(...ids: readonly string[]): readonly Revision[] {
  return ids.map((id, i) => revision({ id, revises: ids[i - 1] ?? null, up: 'select 1' }));
}

function setOf(...branches: readonly (readonly Revision[])[]): PluginSet {
  const plugins = branches.map((revisions) => ({
    name: revisions[0]?.plugin ?? 'none',
    package: `plugin-${revisions[0]?.plugin ?? 'none'}`,
    version: '1.0.0',
    directory: '/',
    from: 'sources' as const,
    entry: 'file:///index.ts',
    requires: [],
    depth: 0,
    revisions,
    openTables: [],
  }));
  return { plugins, byName: new Map(plugins.map((plugin) => [plugin.name, plugin])) };
}

function ledgerOf(...revisions: readonly Revision[]): Ledger {
  const rows = revisions.map(({ id, plugin, slug, revises, dependsOn, replaces, raw, breaking }): LedgerRow => ({
    id,
    plugin,
    slug,
    revises,
    dependsOn,
    replaces,
    raw,
    breaking,
    hasDown: false,
  }));
  return { format: 1, rows };
}

const statesOf = (branches: readonly Branch[]): readonly string[] =>
  branches.flatMap(({ revisions }) => revisions.map(({ id, state }) => `${id} ${state}`));

const core = chain('core@1', 'core@2');
const likes = chain('likes@1', 'likes@2');

describe('the branches of the code and the ledger', () => {
  it('show what is applied and what is pending, in plugin order', () => {
    const branches = branchesOf(setOf(core, likes), ledgerOf(...core, ...likes.slice(0, 1)));
    expect(statesOf(branches)).toEqual(['core@1 applied', 'core@2 applied', 'likes@1 applied', 'likes@2 pending']);
    expect(statusOf(branches[1] as Branch)).toMatchObject({
      state: 'active',
      heads: ['likes@2'],
      current: ['likes@1'],
      applied: 1,
      pending: ['likes@2'],
      dormant: [],
      ahead: [],
    });
  });

  it('end with the branches of inactive plugins, as dormant', () => {
    const branches = branchesOf(setOf(core), ledgerOf(...core, ...likes));
    expect(statesOf(branches).slice(2)).toEqual(['likes@1 dormant', 'likes@2 dormant']);
    expect(statusOf(branches[1] as Branch)).toMatchObject({
      state: 'dormant',
      version: null,
      heads: [],
      current: ['likes@2'],
    });
  });

  it('show rows unknown to an active plugin’s code as ahead', () => {
    const branches = branchesOf(setOf(core.slice(0, 1)), ledgerOf(...core));
    expect(statesOf(branches)).toEqual(['core@1 applied', 'core@2 ahead']);
  });

  it('show a revision deleted from the code in its old position', () => {
    const [first, second, third] = chain('core@1', 'core@2', 'core@3') as [Revision, Revision, Revision];
    const branches = branchesOf(setOf([first, third]), ledgerOf(first, second, third));
    expect(statesOf(branches)).toEqual(['core@1 applied', 'core@2 ahead', 'core@3 applied']);
  });

  it('are sorted by lineage, not by the names of the files', () => {
    const [last, middle, first] = chain('core@c', 'core@b', 'core@a') as [Revision, Revision, Revision];
    const branches = branchesOf(setOf([first, middle, last]), null);
    expect(statesOf(branches)).toEqual(['core@c null', 'core@b null', 'core@a null']);
  });

  it('show even a cycle, which only a manually edited ledger can contain', () => {
    const cycle = [
      revision({ id: 'old@1', revises: 'old@2', up: 'select 1' }),
      revision({ id: 'old@2', revises: 'old@1', up: 'select 1' }),
    ];
    expect(statesOf(branchesOf(setOf(core), ledgerOf(...cycle))).slice(2)).toEqual(['old@1 dormant', 'old@2 dormant']);
  });

  it('can have several heads', () => {
    const [branch] = branchesOf(setOf([...core, revision({ id: 'core@2b', revises: 'core@1', up: 'select 1' })]), null);
    expect(headsAmong(branch?.revisions ?? [])).toEqual(['core@2', 'core@2b']);
  });
});
