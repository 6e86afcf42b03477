import { whyBreaking } from '../sql/breaking.ts';
import { risksOf, type Risk } from '../sql/risks.ts';
import { schemaHistory } from '../sql/schema-history.ts';
import type { Part } from './part.ts';

/** What whoever reviews a revision should know. */
export interface Remarks {
  readonly risks: readonly Risk[];
  /** Why older code cannot live with it; `null` where it can. */
  readonly breaking: string | null;
}

/** Looks at the SQL of a new revision, which runs when all of `closure` is there. */
export async function remarksOn(sql: string, { revisions }: Part): Promise<Remarks> {
  const history = await schemaHistory(revisions);
  return { risks: await risksOf(sql, { history }), breaking: await whyBreaking(sql, history) };
}
