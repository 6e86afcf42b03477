import type { PgliteSession } from '../db/pglite-session.ts';
import type { Session } from '../db/session.ts';
import { kernelError } from '../error/kernel-codes.ts';
import type { RunnableStep } from './batches.ts';

/**
 * Loads the extensions that the SQL of `steps` creates. A server has its extensions already. The embedded engine cannot
 * recognize them in the quoted text of a batch, so they are loaded here. Throws EMBEDDED_EXTENSION_MISSING before
 * anything is written.
 */
export async function loadExtensions(session: Session, steps: readonly RunnableStep[]): Promise<void> {
  if (session.kind !== 'pglite') return;
  const { extensions, shown: database } = session as PgliteSession;
  for (const step of steps) {
    const missing = await extensions.missingIn(textOf(step));
    if (missing.length === 0) continue;
    const extension = (await createdIn(textOf(step))).find((name) => missing.includes(name));
    if (extension === undefined) continue;
    const details = { database, extension, unfit: null, revision: step.id, applied: null };
    throw kernelError('EMBEDDED_EXTENSION_MISSING', details);
  }
  for (const step of steps) await extensions.loadFor(textOf(step));
}

function textOf({ revision, direction }: RunnableStep): string {
  const body = direction === 'up' ? revision?.up : revision?.down;
  return body?.kind === 'sql' ? body.text : '';
}

/** Returns the extensions that the statements of a text create, outside of function bodies and `do` blocks. */
async function createdIn(text: string): Promise<readonly string[]> {
  const { parseSql } = await import('../sql/parse-sql.ts');
  // Ignores a syntax error: the server reports it better, with the revision that contains it.
  const statements = await parseSql(text).catch(() => []);
  return statements.flatMap(({ node }) =>
    'CreateExtensionStmt' in node ? [node.CreateExtensionStmt.extname ?? ''] : [],
  );
}
