import { describe, expect, test } from 'vitest';
import { downgradePlan, undoPlan } from '../../src/plan/downgrade-plan.ts';
import { draw } from '../graph/drawing.ts';
import { refusalOf } from '../graph/refusal.ts';
import { downgrade, ids } from './planning.ts';

//  core:      c1 <- c2 <- c3
//               \     \
//  likes:        l1 <- l2
//                  \
//  bridge:          b1 <- b2
const forum = draw(`
  core:    c1 <- c2 <- c3
  likes:   l1 <- l2            l1 needs core@c1   l2 needs core@c2
  bridge:  b1 <- b2            b1 needs likes@l1
`);
const everything = 'core@c1 likes@l1 bridge@b1 bridge@b2 core@c2 likes@l2 core@c3';

describe('a downgrade', () => {
  test('keeps the named revision and removes the later ones on its branch, latest first', () => {
    const chain = draw('core: c1 <- c2 <- c3 <- c4');
    expect(downgrade(chain, 'core@c1 core@c2 core@c3 core@c4', 'core@c2')).toEqual({
      steps: 'core@c4 core@c3',
      heads: 'core@c2',
    });
  });

  test('to the base of a branch removes the whole branch and keeps its dependencies', () => {
    expect(downgrade(forum, everything, 'bridge@base')).toEqual({
      steps: 'bridge@b2 bridge@b1',
      heads: 'core@c3 likes@l2',
    });
    expect(downgrade(forum, everything, 'likes@l1')).toEqual({
      steps: 'likes@l2',
      heads: 'bridge@b2 core@c3 likes@l1',
    });
  });

  test('to base removes all branches in reverse order', () => {
    expect(downgrade(forum, everything, 'base')).toEqual({
      steps: ids(everything).toReversed().join(' '),
      heads: '',
    });
  });

  test('considers only applied revisions', () => {
    expect(downgrade(forum, 'core@c1 core@c2', 'core@c1')).toEqual({ steps: 'core@c2', heads: 'core@c1' });
    expect(downgrade(forum, 'core@c1', 'core@c2')).toEqual({ steps: '', heads: 'core@c1' });
    expect(downgrade(forum, 'core@c1', 'likes@base')).toEqual({ steps: '', heads: 'core@c1' });
  });

  test('to a head is an empty plan', () => {
    expect(downgrade(forum, everything, 'likes')).toMatchObject({ steps: '' });
    expect(downgrade(forum, everything, 'likes@head')).toMatchObject({ steps: '' });
    expect(downgradePlan(forum, ids(everything), 'core@c3').steps).toEqual([]);
  });

  test('to one side of a merge keeps the other side', () => {
    //  a1 <- a2 <- a4 <- a5
    //    \- a3 -/
    const merged = draw('a: a1 <- a2\na: a1 <- a3\na: a2 & a3 <- a4 <- a5');
    const all = 'a@a1 a@a2 a@a3 a@a4 a@a5';
    expect(downgrade(merged, all, 'a@a2')).toEqual({ steps: 'a@a5 a@a4', heads: 'a@a2 a@a3' });
    expect(downgrade(merged, all, 'a@a1')).toEqual({ steps: 'a@a5 a@a4 a@a3 a@a2', heads: 'a@a1' });
  });

  test('has the direction down in every step', () => {
    expect(downgradePlan(forum, ids(everything), 'bridge@b1').steps).toEqual([
      { id: 'bridge@b2', direction: 'down', plugin: 'bridge' },
    ]);
  });
});

describe('a downgrade blocked by another applied revision', () => {
  test('is rejected, naming the plugins and the edges', () => {
    const error = refusalOf(() => downgradePlan(forum, ids(everything), 'core@c1'));
    expect(error).toMatchObject({
      code: 'DOWNGRADE_BLOCKED',
      exitCode: 14,
      details: { target: 'core@c1', plugins: ['likes'], dependents: [{ id: 'likes@l2', needs: 'core@c2' }] },
    });
    expect(error.message).toContain('likes still needs: likes@l2 needs core@c2');
    expect(error.hint).toContain('npx kernel migrate:down core@c1 --cascade');
  });

  test('is allowed if the other revision is not applied', () => {
    expect(downgrade(forum, 'core@c1 likes@l1 core@c2', 'core@c1')).toEqual({
      steps: 'core@c2',
      heads: 'core@c1 likes@l1',
    });
  });

  test('with cascade also removes that revision and everything that needs it', () => {
    expect(downgrade(forum, everything, 'core@c1', { cascade: true })).toEqual({
      steps: 'core@c3 likes@l2 core@c2',
      heads: 'bridge@b2 core@c1 likes@l1',
    });
    expect(downgrade(forum, everything, 'likes@base', { cascade: true })).toEqual({
      steps: 'likes@l2 bridge@b2 bridge@b1 likes@l1',
      heads: 'core@c3',
    });
  });

  test('is rejected if the other revision belongs to a dormant plugin', () => {
    const graph = draw('core: c1 <- c2\n(likes): l1 <- l2   l1 needs core@c2');
    const all = 'core@c1 core@c2 likes@l1 likes@l2';
    for (const target of ['core@c1', 'core@base', 'base']) {
      expect(refusalOf(() => downgradePlan(graph, ids(all), target))).toMatchObject({
        code: 'DOWNGRADE_BLOCKED',
        details: { target, plugins: ['likes'], dependents: [{ id: 'likes@l1', needs: 'core@c2' }] },
      });
    }
    expect(downgrade(graph, all, 'core@c1', { cascade: true })).toEqual({
      steps: 'likes@l2 likes@l1 core@c2',
      heads: 'core@c1',
    });
  });

  test('is rejected if the other revision is on another lineage of the same plugin', () => {
    const graph = draw('a: a1 <- a2\na: b1 <- b2   b2 needs a@a2');
    expect(refusalOf(() => downgradePlan(graph, ids('a@a1 a@a2 a@b1 a@b2'), 'a@a1'))).toMatchObject({
      code: 'DOWNGRADE_BLOCKED',
      details: { plugins: ['a'], dependents: [{ id: 'a@b2', needs: 'a@a2' }] },
    });
  });

  test('is rejected if the other revision revises across branches', () => {
    const graph = draw('a: a1 <- a2\nb: a@a2 <- b1');
    expect(refusalOf(() => downgradePlan(graph, ids('a@a1 a@a2 b@b1'), 'a@a1'))).toMatchObject({
      code: 'DOWNGRADE_BLOCKED',
      details: { plugins: ['b'], dependents: [{ id: 'b@b1', needs: 'a@a2' }] },
    });
    expect(downgrade(graph, 'a@a1 a@a2 b@b1', 'a@a2')).toMatchObject({ steps: '' });
  });
});

describe('a dormant plugin', () => {
  const graph = draw('core: c1 <- c2\n(likes): l1 <- l2   l1 needs core@c1');
  const all = 'core@c1 core@c2 likes@l1 likes@l2';

  test('can be downgraded from its ledger rows', () => {
    expect(downgrade(graph, all, 'likes@base')).toEqual({ steps: 'likes@l2 likes@l1', heads: 'core@c2' });
    expect(downgrade(graph, all, 'likes@l1')).toMatchObject({ steps: 'likes@l2' });
    expect(downgrade(graph, all, 'likes@-1')).toMatchObject({ steps: 'likes@l2' });
    expect(downgrade(graph, all, 'likes')).toMatchObject({ steps: '' });
  });

  test('is not removed by base if it needs no removed revision', () => {
    const apart = draw('core: c1\n(likes): l1');
    expect(downgrade(apart, 'core@c1 likes@l1', 'base')).toEqual({ steps: 'core@c1', heads: 'likes@l1' });
  });
});

test('older code can revert revisions that newer code applied, down to its own head', () => {
  const graph = draw('core: c1 <- c2 <- (c3) <- (c4)');
  expect(downgrade(graph, 'core@c1 core@c2 core@c3 core@c4', 'core@head')).toEqual({
    steps: 'core@c4 core@c3',
    heads: 'core@c2',
  });
  expect(downgrade(graph, 'core@c1 core@c2 core@c3 core@c4', 'core@-1').steps).toBe('core@c4');
  expect(downgrade(graph, 'core@c1 core@c2 core@c3 core@c4', 'base').heads).toBe('');
});

describe('a revision without down', () => {
  const hasDown = (id: string): boolean => id !== 'likes@l1' && id !== 'core@c2';

  test('is named when the downgrade is rejected', () => {
    const error = refusalOf(() => downgradePlan(forum, ids('core@c1 likes@l1'), 'likes@base', { hasDown }));
    expect(error).toMatchObject({
      code: 'DOWN_MISSING',
      exitCode: 14,
      details: { target: 'likes@base', revisions: ['likes@l1'] },
    });
  });

  test('blocks the downgrade even if only a cascade would remove it', () => {
    const refusal = refusalOf(() => downgradePlan(forum, ids(everything), 'core@base', { cascade: true, hasDown }));
    expect(refusal).toMatchObject({ code: 'DOWN_MISSING', details: { revisions: ['core@c2', 'likes@l1'] } });
  });

  test('is reported before blocking dependents, since a cascade would not help', () => {
    expect(refusalOf(() => downgradePlan(forum, ids(everything), 'core@c1', { hasDown })).code).toBe('DOWN_MISSING');
  });

  test('does not matter if it is not removed', () => {
    expect(downgrade(forum, everything, 'bridge@base', { hasDown })).toMatchObject({ steps: 'bridge@b2 bridge@b1' });
  });
});

test('a downgrade from an inconsistent history is rejected', () => {
  expect(refusalOf(() => downgradePlan(forum, ids('likes@l1'), 'likes@base'))).toMatchObject({
    code: 'HISTORY_INCONSISTENT',
    exitCode: 15,
  });
});

describe('undoing a run', () => {
  const steps = (of: string, options = {}): string =>
    undoPlan(forum, ids(everything), 'r1', ids(of), options)
      .steps.map(({ id }) => id)
      .join(' ');

  test('reverts exactly its revisions on all branches, latest first', () => {
    expect(steps('core@c3 likes@l2')).toBe(['core@c3', 'likes@l2'].toSorted(byOrder).join(' '));
    expect(steps('nothing@n1')).toBe('');
  });

  test('is rejected if an applied revision of another run depends on one of them, unless it cascades', () => {
    const error = refusalOf(() => steps('core@c2'));
    expect(error).toMatchObject({ code: 'DOWNGRADE_BLOCKED', details: { run: 'r1' } });
    expect(error.message).toMatch(/^Undoing the run r1 would remove revisions/);
    expect(error.hint).toContain('npx kernel migrate:down --run r1 --cascade');
    expect(steps('core@c2', { cascade: true })).toContain('core@c2');
  });

  test('is rejected if one of them has no `down`', () => {
    const error = refusalOf(() => steps('likes@l2', { hasDown: () => false }));
    expect(error).toMatchObject({ code: 'DOWN_MISSING', details: { revisions: ['likes@l2'] } });
  });
});

function byOrder(a: string, b: string): number {
  const order = forum.order.map(({ id }) => id);
  return order.indexOf(b) - order.indexOf(a);
}
