import { describe, expect, test } from 'vitest';
import { stampPlan } from '../../src/plan/stamp-plan.ts';
import { draw } from '../graph/drawing.ts';
import { refusalOf } from '../graph/refusal.ts';
import { ids } from './planning.ts';

//  core:      c1 <- c2 <- c3
//               \     \
//  likes:        l1 <- l2
const forum = draw(`
  core:   c1 <- c2 <- c3
  likes:  l1 <- l2        l1 needs core@c1   l2 needs core@c2
`);

const stamp = (applied: string, ...targets: readonly string[]): string =>
  stampPlan(forum, ids(applied), targets).join(' ');

describe('a stamp', () => {
  test('covers one branch up to its target, in graph order', () => {
    expect(stamp('', 'core@c2')).toBe('core@c1 core@c2');
    expect(stamp('core@c1', 'core')).toBe('core@c2 core@c3');
    expect(stamp('core@c1', 'core@+1')).toBe('core@c2');
  });

  test('covers several branches in graph order', () => {
    expect(stamp('', 'likes', 'core@c2')).toBe('core@c1 likes@l1 core@c2 likes@l2');
    expect(stamp('', 'heads')).toBe('core@c1 likes@l1 core@c2 likes@l2 core@c3');
  });

  test('skips applied revisions', () => {
    expect(stamp('core@c1 core@c2', 'core@c1', 'core@c2')).toBe('');
  });

  test('includes no revisions of other branches, and names the missing ones', () => {
    expect(stamp('core@c1 core@c2', 'likes')).toBe('likes@l1 likes@l2');
    const { code, exitCode, message, hint } = refusalOf(() => stamp('core@c1', 'likes'));
    expect({ code, exitCode }).toEqual({ code: 'STAMP_INCOMPLETE', exitCode: 14 });
    expect(message).toContain('likes@l2 depends on core@c2, which is not applied');
    expect(hint).toContain('npx kernel migrate:stamp core@c2 likes');
  });

  test('repairs a ledger that lost a row', () => {
    expect(stamp('core@c2 core@c3', 'core@c1')).toBe('core@c1');
  });

  test('is rejected for an unknown target and for a target that leads down', () => {
    expect(refusalOf(() => stamp('', 'lkes'))).toMatchObject({ code: 'TARGET_UNKNOWN', details: { nearest: 'likes' } });
    expect(refusalOf(() => stamp('', 'likes@base')).code).toBe('TARGET_ILLEGAL');
    expect(refusalOf(() => stamp('', 'core@c'))).toMatchObject({ code: 'TARGET_AMBIGUOUS' });
  });
});
