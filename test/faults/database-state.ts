import pg from 'pg';
import { dumpSchema } from '../helper/schema-dump.ts';

/** The state of a database with the plugins of `wire-plugins.ts`: its ledger, its effects, its schema. */
export interface State {
  readonly ledger: readonly string[];
  readonly effects: readonly string[];
  readonly schema: readonly string[];
}

/** Reads the state of the database at a URL. */
export async function stateOf(url: string): Promise<State> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const query = async (text: string): Promise<readonly Record<string, unknown>[]> =>
    (await client.query<Record<string, unknown>>(text)).rows;
  const texts = async (text: string): Promise<readonly string[]> =>
    (await query(text)).map((row) => String(row['line']));
  try {
    const [exists] = await query(
      `select to_regclass('kernel.ledger') is not null as ledger, to_regclass('public.effect') is not null as effect`,
    );
    return {
      ledger:
        exists?.['ledger'] === true
          ? await texts(`select plugin || '@' || slug as line from kernel.ledger order by 1`)
          : [],
      effects: exists?.['effect'] === true ? await texts('select id as line from effect order by 1') : [],
      schema: await dumpSchema(query),
    };
  } finally {
    await client.end();
  }
}
