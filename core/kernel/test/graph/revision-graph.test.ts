import { describe, expect, test } from 'vitest';
import { revisionGraph } from '../../src/graph/revision-graph.ts';
import { draw, orderOf, revisionsOf } from './drawing.ts';
import { refusalOf } from './refusal.ts';

describe('a revision graph', () => {
  test('accepts null or an empty list for a base, and a string or a list for parents', () => {
    const graph = revisionGraph([
      { id: 'core@c1', revises: null },
      { id: 'core@c2', revises: 'core@c1' },
      { id: 'likes@l1', revises: [], dependsOn: ['core@c1'] },
      { id: 'likes@l2', revises: ['likes@l1'] },
    ]);
    expect(graph.byId.get('core@c2')).toEqual({
      id: 'core@c2',
      plugin: 'core',
      replaces: [],
      slug: 'c2',
      revises: ['core@c1'],
      dependsOn: [],
      needs: ['core@c1'],
      dormant: false,
      breaking: false,
      file: null,
    });
    expect(graph.byId.get('likes@l1')?.revises).toEqual([]);
    expect(graph.byId.get('likes@l2')?.revises).toEqual(['likes@l1']);
    expect([...graph.branches.keys()]).toEqual(['core', 'likes']);
  });

  test('is empty if there are no revisions', () => {
    const graph = revisionGraph([]);
    expect(graph.order).toEqual([]);
    expect([...graph.branches]).toEqual([]);
  });

  test('is frozen, and shares no list with its input', () => {
    const dependsOn = ['core@c1'];
    const graph = revisionGraph([
      { id: 'core@c1', revises: null },
      { id: 'likes@l1', revises: null, dependsOn },
    ]);
    dependsOn.push('core@c9');
    expect(graph.byId.get('likes@l1')?.dependsOn).toEqual(['core@c1']);
    for (const frozen of [graph, graph.order, ...graph.order, ...graph.order.map((node) => node.needs)]) {
      expect(Object.isFrozen(frozen)).toBe(true);
    }
  });

  test('counts an edge once even if it is declared twice or as both kinds', () => {
    const graph = revisionGraph([
      { id: 'core@c1', revises: null },
      { id: 'core@c2', revises: ['core@c1', 'core@c1'], dependsOn: ['core@c1', 'core@c1'] },
    ]);
    expect(graph.byId.get('core@c2')).toMatchObject({ revises: ['core@c1'], needs: ['core@c1'] });
    expect(orderOf(graph)).toBe('core@c1 core@c2');
  });

  test('orders a chain of 100,000 without overflowing the stack', () => {
    const chain = Array.from({ length: 100_000 }, (_, i) => ({
      id: `core@${i}`,
      revises: i === 0 ? null : `core@${i - 1}`,
    }));
    expect(revisionGraph(chain).order.at(-1)?.id).toBe('core@99999');
  });
});

describe('an edge that leads to no revision is rejected', () => {
  const drawing = `
    core:     0001_create_objects <- 0002_create_activities
    likes:    0001_create_like
  `;
  const refusal = (revises: string | null, dependsOn: string[], options = {}) =>
    refusalOf(() => revisionGraph([...revisionsOf(drawing), { id: 'app@0001', revises, dependsOn }], options));

  test('as unknown, suggesting the nearest name', () => {
    expect(refusal(null, ['core@0001_create_object'])).toMatchObject({
      code: 'DEPENDENCY_UNKNOWN',
      exitCode: 14,
      message:
        'Revision "app@0001" depends on "core@0001_create_object", which does not exist; did you mean "core@0001_create_objects"?',
      details: { revision: 'app@0001', edge: 'dependsOn', reason: 'unknown', nearest: 'core@0001_create_objects' },
    });
  });

  test('as unknown on the revision’s branch, without suggesting the revision itself', () => {
    expect(refusal('app@0000', [])).toMatchObject({
      code: 'DEPENDENCY_UNKNOWN',
      details: { edge: 'revises', missing: 'app@0000', reason: 'unknown', nearest: null },
    });
  });

  test('with the command to activate its plugin, if that is not active', () => {
    const error = refusal(null, ['messages@0001']);
    expect(error).toMatchObject({
      code: 'DEPENDENCY_UNKNOWN',
      details: { reason: 'plugin not active', plugin: 'messages' },
    });
    expect(error.message).toContain('the plugin "messages" is not active.');
    expect(error.hint).toContain('npx kernel plugin:enable messages');
  });

  test('as belonging to an inactive plugin, suggesting the nearest name for a typo in the plugin’s name', () => {
    const error = refusal(null, ['lieks@0001_create_like']);
    expect(error.details).toMatchObject({ reason: 'plugin not active', nearest: 'likes@0001_create_like' });
    expect(error.message).toContain('did you mean "likes@0001_create_like"?');
  });

  test('as belonging to an inactive plugin, even if the ledger has the revision', () => {
    const revisions = revisionsOf(`
      (likes):  l1
      comments: c1            c1 needs likes@l1
    `);
    expect(refusalOf(() => revisionGraph(revisions))).toMatchObject({
      code: 'DEPENDENCY_UNKNOWN',
      details: { revision: 'comments@c1', missing: 'likes@l1', reason: 'plugin not active' },
    });
  });

  test('with both versions and the command to upgrade its plugin, if that is too old', () => {
    const error = refusal(null, ['likes@0005_reactions'], {
      packages: new Map([['likes', { package: '@headwater/plugin-likes', version: '1.1.0' }]]),
      since: new Map([['likes@0005_reactions', '1.4.0']]),
    });
    expect(error).toMatchObject({
      code: 'DEPENDENCY_UNKNOWN',
      exitCode: 14,
      details: { reason: 'plugin too old', found: '1.1.0', since: '1.4.0', package: '@headwater/plugin-likes' },
    });
    expect(error.message).toContain(
      'version 1.1.0 of @headwater/plugin-likes does not have; it first shipped in 1.4.0',
    );
    expect(error.hint).toContain('npm install @headwater/plugin-likes@^1.4.0');
  });

  test('as belonging to a plugin that is too old, if the ledger is ahead of its code', () => {
    const revisions = revisionsOf(`
      core:     c1 <- (c2)
      likes:    l1            l1 needs core@c2
    `);
    const since = new Map([['core@c2', '2.0.0']]);
    expect(refusalOf(() => revisionGraph(revisions, { since })).details).toMatchObject({ reason: 'plugin too old' });
    expect(refusalOf(() => revisionGraph(revisions)).details).toMatchObject({ reason: 'unknown' });
  });

  test('as unknown if its plugin is active but has no revisions yet', () => {
    const packages = new Map([['messages', { package: '@headwater/plugin-messages', version: '1.0.0' }]]);
    expect(refusal(null, ['messages@0001'], { packages }).details).toMatchObject({ reason: 'unknown' });
  });

  test('even if it is not a valid revision id', () => {
    expect(refusal(null, ['core@head']).details).toMatchObject({ missing: 'core@head', reason: 'unknown' });
    expect(refusal(null, ['core']).details).toMatchObject({ plugin: 'core', reason: 'unknown' });
    expect(refusal(null, ['']).details).toMatchObject({ plugin: '', reason: 'plugin not active' });
  });

  test('as an inconsistent history, if it belongs to a dormant revision', () => {
    const revisions = revisionsOf(`
      core:     c1
      (likes):  l1 <- l3            l3 needs core@c9
    `).map((revision) => (revision.id === 'likes@l3' ? { ...revision, revises: 'likes@l2' } : revision));
    const error = refusalOf(() => revisionGraph(revisions));
    expect(error).toMatchObject({ code: 'HISTORY_INCONSISTENT', exitCode: 15 });
    expect(error.details).toEqual({
      gaps: [
        { id: 'likes@l3', edge: 'revises', missing: 'likes@l2' },
        { id: 'likes@l3', edge: 'dependsOn', missing: 'core@c9' },
      ],
    });
    expect(error.message).toContain('likes@l3 is applied and revises likes@l2, which is not');
  });

  test('but a dormant revision may need active and dormant ones', () => {
    const graph = draw(`
      core:       c1 <- c2
      (likes):    l1 <- l2            l1 needs core@c2
      (bridge):   b1                  b1 needs likes@l2
    `);
    expect(orderOf(graph)).toBe('core@c1 core@c2 likes@l1 likes@l2 bridge@b1');
  });
});

describe('a duplicate id', () => {
  test('is rejected, naming both files', () => {
    const twice = [
      { id: 'likes@0001', revises: null, file: 'b/0001.ts' },
      { id: 'likes@0002', revises: 'likes@0001', file: 'b/0002.ts' },
      { id: 'likes@0001', revises: null, file: 'a/0001.ts' },
    ];
    for (const revisions of [twice, twice.toReversed()]) {
      expect(refusalOf(() => revisionGraph(revisions))).toMatchObject({
        code: 'REVISION_DUPLICATE',
        exitCode: 13,
        message: 'Two revisions have the id "likes@0001": a/0001.ts and b/0001.ts.',
        details: { id: 'likes@0001', files: ['a/0001.ts', 'b/0001.ts'] },
      });
    }
  });

  test('is rejected even if the files are unknown', () => {
    const twice = [
      { id: 'likes@1', revises: null },
      { id: 'likes@1', revises: null },
    ];
    expect(refusalOf(() => revisionGraph(twice)).message).toBe('Two revisions have the id "likes@1".');
  });
});

test('an invalid id is rejected, naming its file', () => {
  const error = refusalOf(() => revisionGraph([{ id: 'likes@0001-x', revises: null, file: 'migrations/0001-x.ts' }]));
  expect(error).toMatchObject({ code: 'REVISION_ID_INVALID', exitCode: 13 });
  expect(error.message).toContain('migrations/0001-x.ts');
});

describe('a cycle is rejected with its shortest path', () => {
  const pathOf = (drawing: string): unknown => {
    const error = refusalOf(() => draw(drawing));
    expect(error).toMatchObject({ code: 'REVISION_CYCLE', exitCode: 14 });
    return error.details;
  };

  test('from the lowest revision back to itself', () => {
    expect(pathOf('a: a3 <- a1 <- a2 <- a3')).toEqual({ path: ['a@a1', 'a@a3', 'a@a2', 'a@a1'] });
  });

  test('for a revision that revises itself or depends on itself', () => {
    expect(pathOf('a: a1 <- a1')).toEqual({ path: ['a@a1', 'a@a1'] });
    expect(pathOf('a: a1   a1 needs a@a1')).toEqual({ path: ['a@a1', 'a@a1'] });
  });

  test('through edges of both kinds', () => {
    // a1 <- a2 <- a3        b1 needs a3, a2 needs b2
    expect(
      pathOf(`
        a: a1 <- a2 <- a3    a2 needs b@b2
        b: b1 <- b2          b1 needs a@a3
      `),
    ).toEqual({ path: ['a@a2', 'b@b2', 'b@b1', 'a@a3', 'a@a2'] });
  });

  test('choosing the shorter of two, even if the longer one has the lower id', () => {
    expect(
      pathOf(`
        a: a1 <- a2 <- a3    a1 needs a@a3
        b: b1 <- b2          b1 needs b@b2
      `),
    ).toEqual({ path: ['b@b1', 'b@b2', 'b@b1'] });
  });

  test('choosing the shorter path through the same revision', () => {
    // a2 is on a long cycle through a5 and a1, and on a short one with a3
    expect(pathOf('a: a1 <- a2 <- a3 <- a4 <- a5    a1 needs a@a5   a2 needs a@a3')).toEqual({
      path: ['a@a2', 'a@a3', 'a@a2'],
    });
  });

  test('without revisions that only lead into the cycle or depend on it', () => {
    expect(
      pathOf(`
        core: c1 <- c2
        a:    a1 <- a2 <- a3    a1 needs core@c2, a@a2
        b:    b1                b1 needs a@a3
      `),
    ).toEqual({ path: ['a@a1', 'a@a2', 'a@a1'] });
  });

  test('for 100,000 revisions, in a single search', () => {
    const ring = Array.from({ length: 100_000 }, (_, i) => ({ id: `a@${i}`, revises: `a@${(i + 1) % 100_000}` }));
    const error = refusalOf(() => revisionGraph(ring));
    expect(error.code).toBe('REVISION_CYCLE');
    expect(error.details).toMatchObject({ path: { length: 100_001 } });
  });
});
