import { kernelError } from '@headwater/kernel/internal/errors';
import { sqlWithValues } from './sql-values.ts';

/** Takes the place of a database while the code of a migration runs: keeps its statements and answers none of them. */
export interface StatementRecorder {
  /**
   * Records a statement with the values of its placeholders `$1`, `$2` … in its text. The returned answer may be passed
   * around and awaited. Code that reads it is stopped: its SQL depends on a database.
   */
  readonly record: (text: string, values?: readonly unknown[]) => unknown;
  /** The recorded statements, in order. */
  readonly statements: readonly string[];
  /** Marks the migration as one that needs a database, and throws. */
  readonly refuse: (problem: string) => never;
  /** The reason why the migration needs a database; `null` if there is none. It is kept even if the code catches the error. */
  readonly problem: () => string | null;
}

/** A command that only marks the transaction in which the tool runs a migration. A revision runs in one anyway. */
const transactionMark =
  /^\s*(?:begin|start\s+transaction|commit|end|savepoint\s+\S+|release(?:\s+savepoint)?\s+\S+)\s*;?\s*$/i;

/** Opens a {@link StatementRecorder}. */
export function openRecorder(): StatementRecorder {
  const statements: string[] = [];
  let problem: string | null = null;
  const refuse = (found: string): never => {
    problem ??= found;
    throw kernelError('INTERNAL', { what: `a migration ${found} while its SQL was collected.` });
  };
  return {
    statements,
    refuse,
    problem: () => problem,
    record(text, values = []) {
      if (/^\s*rollback\b/i.test(text)) refuse('rolls back a transaction');
      if (text.trim() !== '' && !transactionMark.test(text)) statements.push(sqlWithValues(text, values, refuse));
      return unreadable(() => refuse('reads the answer to a query'));
    },
  };
}

/** Returns a value whose every use calls `onRead`, except awaiting it. */
function unreadable(onRead: () => never): unknown {
  return new Proxy(
    {},
    {
      get: (_, key) => (key === 'then' ? undefined : onRead()),
      has: onRead,
      ownKeys: onRead,
      getOwnPropertyDescriptor: onRead,
      getPrototypeOf: onRead,
      set: onRead,
    },
  );
}
