import { describe, expect, test } from 'vitest';
import { nearest } from '../../src/error/nearest.ts';

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
    expect(nearest(name, candidates)).toBe(expected);
    expect(nearest(name, candidates.toReversed())).toBe(expected);
  });

  test.each([
    ['likes', ['comments', 'messages']],
    ['a', ['b']],
    ['', ['a', '']],
    ['likes', []],
  ])('of %j in %j is nothing: too far away', (name, candidates) => {
    expect(nearest(name, candidates)).toBeNull();
  });

  test('is the first by code units where two are as near', () => {
    expect(nearest('cat', ['car', 'bat', 'cut'])).toBe('bat');
    expect(nearest('cat', ['cut', 'bat', 'car'])).toBe('bat');
  });
});
