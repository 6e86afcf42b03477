import { usualSchemas } from '../config/schemas.ts';
import type { Session } from '../db/session.ts';
import { isKernelError, kernelError } from '../error/kernel-codes.ts';
import type { Step } from '../plan/plan.ts';
import type { RevisionSet } from './revision-set.ts';

/**
 * Refuses steps whose SQL names a schema, if the tables are not in `public`: the same plugins run in any schema, so their
 * SQL must follow the setting. Does not connect. Throws SCHEMA_NAMED.
 */
export async function assertNoSchemaNamed(
  { schemas: { tables } }: Pick<Session, 'schemas'>,
  { revisions }: Pick<RevisionSet, 'revisions'>,
  steps: Iterable<Pick<Step, 'id' | 'direction'>>,
): Promise<void> {
  if (tables === usualSchemas.tables) return;
  const { schemasNamedIn } = await import('../sql/named-schemas.ts');
  for (const { id, direction } of steps) {
    const revision = revisions.get(id);
    const body = direction === 'up' ? revision?.up : revision?.down;
    if (revision === undefined || body?.kind !== 'sql') continue;
    for (const text of [body.text, revision.check ?? '']) {
      const [named] = await schemasNamedIn(text).catch((error: unknown) => {
        // The server explains it better.
        if (isKernelError(error, 'SQL_SYNTAX')) return [];
        throw error;
      });
      if (named === undefined) continue;
      const { schema, statement } = named;
      throw kernelError('SCHEMA_NAMED', { revision: id, file: revision.file, line: statement.line, schema, tables });
    }
  }
}
