import { expect, it } from 'vitest';
import { catalogQueries } from '../../src/catalog/catalog-queries.ts';

it.each(Object.entries(catalogQueries))(
  'the query for %s names no oid that a relation of a new cluster may get, and so is planned once',
  (_, text) => {
    // From 16384 on (FirstNormalObjectId): a plan depends on the relation of each oid in it.
    const numbers = Array.from(text.matchAll(/\b\d+\b/g), ([number]) => Number(number));
    expect(numbers.filter((number) => number >= 16_384)).toEqual([]);
  },
);
