import { expect, it } from 'vitest';
import { catalogQueries } from '../../src/catalog/catalog-queries.ts';

it.each(Object.entries(catalogQueries))(
  'the plan of the query for %s stays valid because none of its oids can belong to a relation',
  (_, text) => {
    // PostgreSQL takes each oid constant in a plan for a relation, and plans again when that relation changes. Oids of
    // relations start at 16384 (FirstNormalObjectId).
    const numbers = Array.from(text.matchAll(/\b\d+\b/g), ([number]) => Number(number));
    expect(numbers.filter((number) => number >= 16_384)).toEqual([]);
  },
);
