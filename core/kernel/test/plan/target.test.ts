import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isKernelError } from '../../src/error/kernel-codes.ts';
import { downgradePlan } from '../../src/plan/downgrade-plan.ts';
import { resolveTarget } from '../../src/plan/resolve-target.ts';
import { parseTarget } from '../../src/plan/parse-target.ts';
import { upgradePlan } from '../../src/plan/upgrade-plan.ts';
import { draw } from '../graph/drawing.ts';
import { outcomeOf, refusalOf } from '../graph/refusal.ts';
import { downgrade, ids, upgrade } from './planning.ts';

const forum = draw(`
  core:    0001_create <- 0002_add <- 0003_add_more
  likes:   0001_create <- 0002_count <- 0003_x          0002_count needs core@0002_add
  (old):   0001_create <- 0002_more
`);
/** Arbitrary text, and text composed of target fragments. */
const texts = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc
    .array(
      fc.constantFrom('core', 'likes', 'old', 'heads', 'base', 'head', '@', '+', '-', '0', '1', '0001', '_', 'x'),
      {
        maxLength: 5,
      },
    )
    .map((parts) => parts.join('')),
);
const some = 'core@0001_create core@0002_add likes@0001_create old@0001_create old@0002_more';

describe('the grammar of targets', () => {
  test.each([
    ['heads', { kind: 'heads' }],
    ['base', { kind: 'bases' }],
    ['likes', { kind: 'head', plugin: 'likes' }],
    ['likes@head', { kind: 'head', plugin: 'likes' }],
    ['likes@base', { kind: 'base', plugin: 'likes' }],
    ['likes@0002', { kind: 'revision', plugin: 'likes', slug: '0002' }],
    ['likes@0002_count', { kind: 'revision', plugin: 'likes', slug: '0002_count' }],
    ['likes@+1', { kind: 'steps', plugin: 'likes', by: 1 }],
    ['likes@-12', { kind: 'steps', plugin: 'likes', by: -12 }],
    ['heads@head', { kind: 'head', plugin: 'heads' }],
  ])('%s', (text, target) => {
    expect(parseTarget(text)).toEqual(target);
  });

  test('covers every text', () => {
    fc.assert(
      fc.property(texts, (target) => {
        expect(parseTarget(target).kind).toMatch(/^(heads|bases|head|base|revision|steps|nothing)$/);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('an upgrade target', () => {
  test.each([
    ['core', 'core@0003_add_more'],
    ['core@head', 'core@0003_add_more'],
    ['core@0003', 'core@0003_add_more'],
    ['core@0003_add_more', 'core@0003_add_more'],
    ['core@+1', 'core@0003_add_more'],
    ['likes@+1', 'likes@0002_count'],
    ['likes@+2', 'likes@0002_count likes@0003_x'],
    ['likes@0002', 'likes@0002_count'],
    ['likes@0001_create', ''],
  ])('%s runs %s', (target, steps) => {
    expect(upgrade(forum, some, target).steps).toBe(steps);
  });

  test('counts from the base if nothing on the branch is applied', () => {
    expect(upgrade(forum, '', 'likes@+1').steps).toBe('likes@0001_create');
    expect(upgrade(forum, '', 'likes@+2').steps).toBe(
      'likes@0001_create core@0001_create core@0002_add likes@0002_count',
    );
  });

  test('counts a merge as one step', () => {
    const merged = draw('a: a1 <- a2\na: a1 <- b2\na: a2 & b2 <- a3');
    expect(upgrade(merged, 'a@a1 a@a2', 'a@+1').steps).toBe('a@b2 a@a3');
    expect(upgrade(merged, 'a@a1 a@a2 a@b2', 'a@+1').steps).toBe('a@a3');
  });
});

describe('a downgrade target', () => {
  test.each([
    ['core@-1', 'core@0002_add'],
    ['core@-2', 'core@0002_add core@0001_create'],
    ['core@base', 'core@0002_add core@0001_create'],
    ['core@0001', 'core@0002_add'],
    ['likes@-1', 'likes@0001_create'],
    ['old@-1', 'old@0002_more'],
    ['old@-2', 'old@0002_more old@0001_create'],
    ['core', ''],
    ['likes@head', ''],
  ])('%s runs %s', (target, steps) => {
    expect(downgrade(forum, some, target).steps).toBe(steps);
  });
});

describe('an unknown target', () => {
  test.each([
    ['', 'up', 'it is empty', null],
    ['likes@', 'up', 'nothing follows the @', 'likes'],
    ['@x', 'up', '"" is not a valid plugin name', null],
    ['@', 'down', '"" is not a valid plugin name', null],
    ['../x', 'up', '"../x" is not a valid plugin name', null],
    ['Likes', 'up', '"Likes" is not a valid plugin name', 'likes'],
    ['likes@a@b', 'down', '"a@b" is not a valid revision name', null],
    ['likes@0002-count', 'up', '"0002-count" is not a valid revision name', 'likes@0002_count'],
    ['likes@+', 'up', '"+" is not a valid revision name', 'likes'],
    ['likes@+0', 'up', 'zero steps lead nowhere', null],
    ['+1', 'up', 'it does not name a plugin; write likes@+1', null],
    ['-1', 'down', 'it does not name a plugin; write likes@-1', null],
    ['head', 'up', 'no plugin "head" has revisions here', 'heads'],
    ['head@+1', 'up', 'no plugin "head" has revisions here', null],
    ['bass', 'down', 'no plugin "bass" has revisions here', 'base'],
    ['lieks', 'up', 'no plugin "lieks" has revisions here', 'likes'],
    ['lieks@-1', 'down', 'no plugin "lieks" has revisions here', 'likes@-1'],
    ['messages@base', 'down', 'no plugin "messages" has revisions here', null],
    ['likes@0004', 'up', '"likes" has no such revision', null],
    ['likes@0002_cuont', 'up', '"likes" has no such revision', 'likes@0002_count'],
    ['likes@heads', 'up', '"likes" has no such revision', null],
    ['likes@+3', 'up', '"likes" has only 2 pending revisions in a row', null],
    ['likes@+99999999999999999999', 'up', '"likes" has only 2 pending revisions in a row', null],
    ['core@-3', 'down', '"core" has only 2 applied revisions in a row', null],
  ] as const)(
    '%j is rejected with the reason and, if there is one, the nearest name',
    (target, direction, reason, nearest) => {
      const plan = direction === 'up' ? upgradePlan : downgradePlan;
      const error = refusalOf(() => plan(forum, ids(some), target));
      expect(error).toMatchObject({ code: 'TARGET_UNKNOWN', exitCode: 2, details: { target, reason, nearest } });
      expect(error.message).toContain(reason);
      expect(error.message).toContain(nearest === null ? `${reason}.` : `did you mean "${nearest}"?`);
    },
  );

  test('includes a number of steps down if nothing is applied', () => {
    expect(refusalOf(() => downgradePlan(forum, [], 'likes@-1'))).toMatchObject({ code: 'TARGET_UNKNOWN' });
  });
});

describe('an ambiguous target', () => {
  test('is rejected with the candidates', () => {
    const error = refusalOf(() => upgradePlan(forum, ids(some), 'likes@000'));
    expect(error).toMatchObject({
      code: 'TARGET_AMBIGUOUS',
      exitCode: 2,
      details: { candidates: ['likes@0001_create', 'likes@0002_count', 'likes@0003_x'] },
    });
    expect(error.message).toBe(
      'The target "likes@000" is ambiguous. Candidates: likes@0001_create, likes@0002_count and likes@0003_x.',
    );
  });

  test('is never a full name, even one that is a prefix of others', () => {
    const graph = draw('core: 1 <- 10 <- 100');
    expect(upgrade(graph, '', 'core@1').steps).toBe('core@1');
    expect(upgrade(graph, '', 'core@10').steps).toBe('core@1 core@10');
    expect(refusalOf(() => upgradePlan(draw('core: 10 <- 100'), [], 'core@1')).code).toBe('TARGET_AMBIGUOUS');
  });

  //  a1 <- a2        two heads; k1 a second base
  //    \- b2
  const forked = draw('a: a1 <- a2\na: a1 <- b2\nk: k1\nk: l1');

  test('is rejected if its steps lead up a fork or start below two bases', () => {
    expect(refusalOf(() => upgradePlan(forked, ['a@a1'], 'a@+1'))).toMatchObject({
      code: 'TARGET_AMBIGUOUS',
      details: { candidates: ['a@a2', 'a@b2'] },
    });
    expect(refusalOf(() => upgradePlan(forked, [], 'k@+1'))).toMatchObject({
      details: { candidates: ['k@k1', 'k@l1'] },
    });
  });

  test('is rejected if its steps lead down from two heads or below a merge', () => {
    expect(refusalOf(() => downgradePlan(forked, ids('a@a1 a@a2 a@b2'), 'a@-1'))).toMatchObject({
      code: 'TARGET_AMBIGUOUS',
      details: { candidates: ['a@a1'] },
    });
    expect(refusalOf(() => downgradePlan(forked, ids('k@k1 k@l1'), 'k@-1'))).toMatchObject({
      details: { candidates: ['k@k1', 'k@l1'] },
    });
    const merged = draw('a: z1 <- a3\na: a1 <- a2 <- a3');
    expect(refusalOf(() => downgradePlan(merged, ids('a@z1 a@a1 a@a2 a@a3'), 'a@-1'))).toMatchObject({
      code: 'TARGET_AMBIGUOUS',
      details: { candidates: ['a@a2', 'a@z1'] },
    });
  });

  test('is rejected with SEVERAL_HEADS if it names the head of a forked branch', () => {
    for (const target of ['a', 'a@head']) {
      expect(refusalOf(() => upgradePlan(forked, [], target))).toMatchObject({ code: 'SEVERAL_HEADS', exitCode: 34 });
    }
  });
});

describe('a target that is not valid in this direction', () => {
  test.each([
    ['base', 'up', 'only a downgrade leads to a base'],
    ['likes@base', 'up', 'only a downgrade leads to a base'],
    ['likes@-1', 'up', 'it counts down'],
    ['heads', 'down', 'only an upgrade leads to the heads'],
    ['likes@+1', 'down', 'it counts up'],
    ['old', 'up', 'the plugin "old" is not active'],
    ['old@head', 'up', 'the plugin "old" is not active'],
    ['old@0002', 'up', 'the plugin "old" is not active'],
    ['old@+1', 'up', 'the plugin "old" is not active'],
  ] as const)('is rejected: %s, direction %s', (target, direction, reason) => {
    const plan = direction === 'up' ? upgradePlan : downgradePlan;
    expect(refusalOf(() => plan(forum, ids(some), target))).toMatchObject({
      code: 'TARGET_ILLEGAL',
      exitCode: 2,
      details: { target, direction, reason },
    });
  });

  test('includes a revision that only the ledger knows, for an upgrade', () => {
    const ahead = draw('core: c1 <- (c2)');
    const error = refusalOf(() => upgradePlan(ahead, ids('core@c1 core@c2'), 'core@c2'));
    expect(error).toMatchObject({
      code: 'TARGET_ILLEGAL',
      details: { reason: 'the code of "core" here does not have it' },
    });
  });
});

test('a target resolves to revisions or to the state below bases', () => {
  const applied = new Set(ids(some));
  expect(resolveTarget(forum, applied, 'heads', 'up')).toEqual({
    kind: 'revisions',
    ids: ['core@0003_add_more', 'likes@0003_x'],
  });
  expect(resolveTarget(forum, applied, 'core@-1', 'down')).toEqual({ kind: 'revisions', ids: ['core@0001_create'] });
  expect(resolveTarget(forum, applied, 'core@-2', 'down')).toEqual({ kind: 'below-base', plugins: ['core'] });
  expect(resolveTarget(forum, applied, 'base', 'down')).toEqual({ kind: 'below-base', plugins: ['core', 'likes'] });
});

test('every text is either planned or rejected with an error code, in both directions', () => {
  fc.assert(
    fc.property(texts, (target) => {
      for (const plan of [upgradePlan, downgradePlan]) {
        const outcome = outcomeOf(() => plan(forum, ids(some), target));
        expect(isKernelError(outcome) || outcome.steps.length <= 8).toBe(true);
      }
    }),
    { numRuns: 5_000 },
  );
});
