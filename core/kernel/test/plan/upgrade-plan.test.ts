import { describe, expect, test } from 'vitest';
import { upgradePlan } from '../../src/plan/upgrade-plan.ts';
import { draw } from '../graph/drawing.ts';
import { refusalOf } from '../graph/refusal.ts';
import { ids, upgrade } from './planning.ts';

//  core:      c1 <- c2 <- c3 <- c4
//               \     \     \
//  likes:        l1 <- l2    \
//                 \           \
//  comments:       m1 <------- m2
const forum = draw(`
  core:      c1 <- c2 <- c3 <- c4
  likes:     l1 <- l2                 l1 needs core@c1   l2 needs core@c2
  comments:  m1 <- m2                 m1 needs likes@l1  m2 needs core@c3
`);
const everything = 'core@c1 likes@l1 comments@m1 core@c2 likes@l2 core@c3 comments@m2 core@c4';

describe('an upgrade', () => {
  test('to heads runs everything pending, in graph order', () => {
    expect(upgrade(forum, '', 'heads')).toEqual({ steps: everything, heads: 'comments@m2 core@c4 likes@l2' });
  });

  test('to heads runs exactly the missing revisions', () => {
    expect(upgrade(forum, 'core@c1 core@c2 core@c3 core@c4 likes@l1', 'heads')).toEqual({
      steps: 'comments@m1 likes@l2 comments@m2',
      heads: 'comments@m2 core@c4 likes@l2',
    });
  });

  test('is an empty plan if nothing is pending', () => {
    expect(upgradePlan(forum, ids(everything), 'heads').steps).toEqual([]);
    expect(upgradePlan(forum, [], []).steps).toEqual([]);
    expect(upgradePlan(draw(''), [], 'heads').steps).toEqual([]);
  });

  test('to one branch runs only the revisions that the branch needs', () => {
    expect(upgrade(forum, '', 'likes')).toEqual({
      steps: 'core@c1 likes@l1 core@c2 likes@l2',
      heads: 'core@c2 likes@l2',
    });
    expect(upgrade(forum, '', 'comments@m1')).toEqual({
      steps: 'core@c1 likes@l1 comments@m1',
      heads: 'comments@m1 core@c1 likes@l1',
    });
    expect(upgrade(forum, '', 'core@c2')).toEqual({ steps: 'core@c1 core@c2', heads: 'core@c2' });
  });

  test('to several targets runs everything they need, each revision once, in graph order', () => {
    const effect = { steps: 'core@c1 likes@l1 comments@m1 core@c2', heads: 'comments@m1 core@c2 likes@l1' };
    expect(upgrade(forum, '', ['core@c2', 'comments@m1'])).toEqual(effect);
    expect(upgrade(forum, '', ['comments@m1', 'core@c2', 'core@c2'])).toEqual(effect);
  });

  test('to a revision below the applied head runs nothing', () => {
    expect(upgrade(forum, 'core@c1 core@c2', 'core@c1')).toEqual({ steps: '', heads: 'core@c2' });
  });

  test('runs both sides of a merge', () => {
    //  a1 <- a2 <- a3
    //    \- b2 -/
    const merged = draw('a: a1 <- a2\na: a1 <- b2\na: a2 & b2 <- a3');
    expect(upgrade(merged, 'a@a1 a@a2', 'a@head')).toEqual({ steps: 'a@b2 a@a3', heads: 'a@a3' });
  });

  test('to heads reaches every head of a fork, although no single head can be named', () => {
    const forked = draw('a: a1 <- a2\na: a1 <- b2');
    expect(upgrade(forked, '', 'heads')).toEqual({ steps: 'a@a1 a@a2 a@b2', heads: 'a@a2 a@b2' });
  });

  test('never runs or needs revisions of dormant plugins', () => {
    const graph = draw(`
      core:     c1 <- c2 <- (c3)
      (likes):  l1            l1 needs core@c1
    `);
    expect(upgrade(graph, 'core@c1 likes@l1', 'heads')).toEqual({ steps: 'core@c2', heads: 'core@c2 likes@l1' });
  });

  test('ignores applied ids that are not in the graph, since a plugin may have been removed', () => {
    expect(upgradePlan(forum, [...ids('core@c1 gone@g1 gone@g2'), 'not even an id'], 'core@c2').steps).toEqual([
      { id: 'core@c2', direction: 'up', plugin: 'core' },
    ]);
  });

  test('accepts any iterable of applied ids, and reads it once', () => {
    expect(upgradePlan(forum, ids(everything).values(), 'heads').steps).toEqual([]);
  });

  test('is frozen', () => {
    const plan = upgradePlan(forum, [], 'heads');
    for (const frozen of [plan, plan.steps, ...plan.steps]) expect(Object.isFrozen(frozen)).toBe(true);
  });

  test('does not overflow the stack on 100,000 revisions', () => {
    const chain = draw(`core: ${Array.from({ length: 100_000 }, (_, i) => `c${i}`).join(' <- ')}`);
    expect(upgradePlan(chain, [], 'core@head').steps).toHaveLength(100_000);
  });
});

describe('an inconsistent history is rejected before anything runs', () => {
  test('if the parent of an applied revision is not applied', () => {
    const error = refusalOf(() => upgradePlan(forum, ids('core@c1 core@c3'), 'heads'));
    expect(error).toMatchObject({
      code: 'HISTORY_INCONSISTENT',
      exitCode: 15,
      details: { gaps: [{ id: 'core@c3', edge: 'revises', missing: 'core@c2' }] },
    });
    expect(error.message).toContain('core@c3 is applied and revises core@c2, which is not');
  });

  test('if a dependency of an applied revision is not applied, even for a target on another branch', () => {
    expect(refusalOf(() => upgradePlan(forum, ids('likes@l1'), 'core@c1'))).toMatchObject({
      code: 'HISTORY_INCONSISTENT',
      details: { gaps: [{ id: 'likes@l1', edge: 'dependsOn', missing: 'core@c1' }] },
    });
  });

  test('if a dependency of a dormant revision is not applied', () => {
    const graph = draw('core: c1 <- c2\n(likes): l1   l1 needs core@c2');
    expect(refusalOf(() => upgradePlan(graph, ids('core@c1 likes@l1'), 'heads'))).toMatchObject({
      code: 'HISTORY_INCONSISTENT',
    });
  });

  test('with every gap in its details and the first few in its message', () => {
    const chain = draw(`core: ${Array.from({ length: 30 }, (_, i) => `c${i}`).join(' <- ')}`);
    const everySecond = chain.order.filter((_, i) => i % 2 === 1).map((revision) => revision.id);
    const error = refusalOf(() => upgradePlan(chain, everySecond, 'heads'));
    expect(error.details).toMatchObject({ gaps: { length: 15 } });
    expect(error.message).toContain('and 7 more');
  });
});
