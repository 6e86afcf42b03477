import { describe, expect, test } from 'vitest';
import { nearestName } from '../../src/error/nearest-name.ts';

describe('the nearest name', () => {
  test.each([
    ['lieks', ['likes', 'comments', 'messages'], 'likes'],
    ['like', ['comments', 'likes'], 'likes'],
    ['perminute', ['perMinute', 'perHour'], 'perMinute'],
    [
      'core@0001_create_object',
      ['core@0001_create_objects', 'core@0002_create_activities'],
      'core@0001_create_objects',
    ],
    ['head', ['likes', 'heads', 'base'], 'heads'],
  ])('of %s in %j is %s', (name, candidates, expected) => {
    expect(nearestName(name, candidates)).toBe(expected);
    expect(nearestName(name, candidates.toReversed())).toBe(expected);
  });

  test.each([
    ['likes', ['comments', 'messages']],
    ['a', ['b']],
    ['', ['a', '']],
    ['likes', []],
  ])('of %j in %j is null, since none is close enough', (name, candidates) => {
    expect(nearestName(name, candidates)).toBeNull();
  });

  test('is the first in code-unit order if two are equally close', () => {
    expect(nearestName('cat', ['car', 'bat', 'cut'])).toBe('bat');
    expect(nearestName('cat', ['cut', 'bat', 'car'])).toBe('bat');
  });
});
