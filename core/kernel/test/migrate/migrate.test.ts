import { describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../../test/helper/database.ts';
import type { Session } from '../../src/db/session.ts';
import { revisionGraph } from '../../src/graph/revision-graph.ts';
import { upgrade } from '../../src/migrate/migrate.ts';
import type { Blueprint } from '../../src/migrate/state.ts';
import type { Revision } from '../../src/plugin/revision.ts';
import { branch, sessionPerTest, settings } from '../db/support.ts';

/** Code with just these revisions, of plugin zero. */
function blueprintOf(revisions: readonly Revision[]): Blueprint {
  return {
    set: { plugins: [], byName: new Map() },
    graph: revisionGraph(revisions.map(({ id, revises, dependsOn }) => ({ id, revises, dependsOn }))),
    revisions: new Map(revisions.map((revision) => [revision.id, revision])),
    packages: new Map([['core', 'plugin-core']]),
  };
}

/** The session, keeping what the server answers. */
function answersOf(session: Session): { readonly session: Session; readonly answers: unknown[] } {
  const answers: unknown[] = [];
  const query = async <Row>(text: string, values?: readonly unknown[]): Promise<readonly Row[]> => {
    const rows = await session.query<Row>(text, values);
    answers.push(...rows);
    return rows;
  };
  return { session: { ...session, query }, answers };
}

describe.each(databaseKinds)('an upgrade on %s', (kind) => {
  const current = sessionPerTest(kind);
  const two = branch('core', 'create table a ()', 'create table b ()');

  it('gets no row of the ledger where nothing is pending, for the heads alone', async () => {
    const blueprint = blueprintOf(two);
    expect(await upgrade({ session: current(), blueprint, settings })).toMatchObject({ error: null });
    const nothing = { error: null, applied: [], plan: { steps: [] }, dormant: [], ahead: [] };

    const heads = answersOf(current());
    expect(await upgrade({ session: heads.session, blueprint, settings })).toMatchObject(nothing);
    expect(heads.answers).toEqual([{ format: 1, same: true, lines: null }]);

    const target = answersOf(current());
    expect(await upgrade({ session: target.session, blueprint, settings }, 'core@0001')).toMatchObject(nothing);
    expect(target.answers).toMatchObject([{ same: null, lines: expect.stringContaining('core@0002') as string }]);
  });
});
