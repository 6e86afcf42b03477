import type { Session } from '../db/session.ts';
import { quoteLiteral } from '../sql/quote.ts';

/** The position of a sequence. */
export interface SequenceValue {
  /** With its schema, as SQL. */
  readonly name: string;
  readonly last: bigint;
  /** Whether `last` has been returned. Otherwise it comes next. */
  readonly called: boolean;
  /** The difference between two values. */
  readonly increment: bigint;
}

/**
 * Reads the values of the sequences with these ids, as {@link ObjectState} has them. Leaves out those that this role may
 * not read, and those that begin again at their end. Reading is not a use: it takes no number and no lock that a use takes.
 */
export async function readSequenceValues(
  session: Pick<Session, 'query'>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, SequenceValue>> {
  if (ids.length === 0) return new Map();
  const found = await session.query<{ id: string; name: string; increment: string }>(
    `select 'c' || c.oid as id, format('%I.%I', n.nspname, c.relname) as name, s.seqincrement::text as increment
      from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_sequence s on s.seqrelid = c.oid
      where 'c' || c.oid = any($1) and not s.seqcycle and has_table_privilege(c.oid, 'select')
        and has_schema_privilege(n.oid, 'usage')`,
    [ids],
  );
  if (found.length === 0) return new Map();
  const parts = found.map(
    ({ id, name }) => `select ${quoteLiteral(id)} as id, last_value::text as last, is_called as called from ${name}`,
  );
  const values = await session.query<{ id: string; last: string; called: boolean }>(parts.join('\nunion all '));
  const byId = new Map(values.map((value) => [value.id, value]));
  return new Map(
    found.flatMap(({ id, name, increment }): [string, SequenceValue][] => {
      const value = byId.get(id);
      if (value === undefined) return [];
      return [[id, { name, last: BigInt(value.last), called: value.called, increment: BigInt(increment) }]];
    }),
  );
}

/** Whether a sequence will return a value that it had already passed. Taking numbers from it never leads there. */
export function wasSetBack(before: SequenceValue, after: SequenceValue): boolean {
  const distance = nextOf(after) - nextOf(before);
  return before.increment > 0n ? distance < 0n : distance > 0n;
}

function nextOf({ last, called, increment }: SequenceValue): bigint {
  return called ? last + increment : last;
}

/** Returns SQL that sets sequences to these values. A rollback does not undo it. */
export function resetScript(values: readonly SequenceValue[]): string {
  return values
    .map(({ name, last, called }) => `select pg_catalog.setval(${quoteLiteral(name)}, ${last}, ${called});`)
    .join('\n');
}
