import type { Node, VariableSetStmt } from 'libpg-query';
import { nameFromNodes, optionsIn } from './syntax-tree.ts';

/** The reason why a revision cannot run a statement, and the way out. Both are sentences. */
export interface TransactionConflict {
  readonly problem: string;
  readonly advice: string;
}

/**
 * Returns the reason why a revision cannot run a statement because of its transaction: the statement controls the
 * transaction, or PostgreSQL does not run it in one. Returns `null` if the revision can run it, or if only the server
 * can tell, because it depends on whether a table is partitioned, a `do` block commits or a subscription has a slot.
 * This is the only list of such statements. It holds for PostgreSQL 15 and later, and for PGlite.
 */
export function transactionConflict(node: Node, transaction: boolean): TransactionConflict | null {
  const control = controlCommand(node);
  if (control !== null) {
    return {
      problem: `A revision cannot run ${control}: only the kernel controls transactions.`,
      advice: 'Leave it out: the kernel runs each revision in one transaction.',
    };
  }
  const command = transaction ? nontransactionalCommand(node) : null;
  if (command === null) return null;
  return {
    problem: `PostgreSQL does not run ${command} in a transaction.`,
    advice:
      'IndexStmt' in node && node.IndexStmt.idxname === undefined
        ? 'Give the index a name, and move it to a separate revision with `transaction: false` and a `check` for that name.'
        : 'Move it to a separate revision with `transaction: false` and a `check`.',
  };
}

const controlCommands: Readonly<Record<string, string>> = {
  TRANS_STMT_BEGIN: 'BEGIN',
  TRANS_STMT_START: 'START TRANSACTION',
  TRANS_STMT_COMMIT: 'COMMIT',
  TRANS_STMT_ROLLBACK: 'ROLLBACK',
  TRANS_STMT_SAVEPOINT: 'SAVEPOINT',
  TRANS_STMT_RELEASE: 'RELEASE SAVEPOINT',
  TRANS_STMT_ROLLBACK_TO: 'ROLLBACK TO SAVEPOINT',
  TRANS_STMT_PREPARE: 'PREPARE TRANSACTION',
  TRANS_STMT_COMMIT_PREPARED: 'COMMIT PREPARED',
  TRANS_STMT_ROLLBACK_PREPARED: 'ROLLBACK PREPARED',
};

/** Returns the command of a statement that begins, ends or changes a transaction, or resets the whole session. */
function controlCommand(node: Node): string | null {
  if ('TransactionStmt' in node) return controlCommands[node.TransactionStmt.kind ?? ''] ?? 'a transaction command';
  if ('DiscardStmt' in node) return node.DiscardStmt.target === 'DISCARD_ALL' ? 'DISCARD ALL' : null;
  // The kernel has prepared statements of its own.
  if ('DeallocateStmt' in node) return node.DeallocateStmt.name === undefined ? 'DEALLOCATE ALL' : null;
  return 'VariableSetStmt' in node && changesTransaction(node.VariableSetStmt) ? 'SET TRANSACTION' : null;
}

/**
 * Whether `set transaction` requests other modes than those of the kernel's transaction, which is read committed and
 * read write. The server rejects another isolation level after the first query, and in a read-only transaction the
 * kernel could not write its row.
 */
function changesTransaction({ kind, name = '', args = [] }: VariableSetStmt): boolean {
  if (kind === 'VAR_SET_VALUE') {
    const [first] = args;
    const value = first !== undefined && 'A_Const' in first ? first.A_Const.sval?.sval?.toLowerCase() : undefined;
    if (name.toLowerCase() === 'transaction_isolation') return value !== 'read committed';
    return name.toLowerCase() === 'transaction_read_only' && value !== 'off' && value !== 'false';
  }
  if (kind !== 'VAR_SET_MULTI') return false;
  if (name === 'TRANSACTION SNAPSHOT') return true;
  if (name !== 'TRANSACTION') return false;
  return optionsIn(args).some(({ defname, arg }) => {
    const value = arg !== undefined && 'A_Const' in arg ? arg.A_Const : {};
    if (defname === 'transaction_isolation') return value.sval?.sval !== 'read committed';
    return defname !== 'transaction_read_only' || value.ival?.ival === 1;
  });
}

/** Returns the command of a statement that PostgreSQL runs only outside a transaction. */
function nontransactionalCommand(node: Node): string | null {
  const when = (applies: boolean, command: string): string | null => (applies ? command : null);
  if ('IndexStmt' in node) return when(node.IndexStmt.concurrent === true, 'CREATE INDEX CONCURRENTLY');
  if ('DropStmt' in node) return when(node.DropStmt.concurrent === true, 'DROP INDEX CONCURRENTLY');
  if ('ReindexStmt' in node) {
    const { kind, params } = node.ReindexStmt;
    if (isOptionOn(params, 'concurrently', false)) return 'REINDEX CONCURRENTLY';
    return when(kind !== 'REINDEX_OBJECT_INDEX' && kind !== 'REINDEX_OBJECT_TABLE', 'REINDEX of several tables');
  }
  if ('AlterTableStmt' in node) {
    const detaches = (node.AlterTableStmt.cmds ?? []).some((command) => {
      const def = 'AlterTableCmd' in command ? command.AlterTableCmd.def : undefined;
      return def !== undefined && 'PartitionCmd' in def && def.PartitionCmd.concurrent === true;
    });
    return when(detaches, 'DETACH PARTITION CONCURRENTLY');
  }
  if ('VacuumStmt' in node) return when(node.VacuumStmt.is_vacuumcmd === true, 'VACUUM');
  if ('ClusterStmt' in node) return when(node.ClusterStmt.relation === undefined, 'CLUSTER of several tables');
  if ('AlterSystemStmt' in node) return 'ALTER SYSTEM';
  if ('CreatedbStmt' in node) return 'CREATE DATABASE';
  if ('DropdbStmt' in node) return 'DROP DATABASE';
  if ('AlterDatabaseStmt' in node) {
    const moves = optionsIn(node.AlterDatabaseStmt.options).some(({ defname }) => defname === 'tablespace');
    return when(moves, 'ALTER DATABASE SET TABLESPACE');
  }
  if ('CreateTableSpaceStmt' in node) return 'CREATE TABLESPACE';
  if ('DropTableSpaceStmt' in node) return 'DROP TABLESPACE';
  return subscriptionCommand(node);
}

/** Returns the command of a statement that changes another server, which a rollback could not revert. */
function subscriptionCommand(node: Node): string | null {
  if ('CreateSubscriptionStmt' in node) {
    const { options } = node.CreateSubscriptionStmt;
    const createsSlot = isOptionOn(options, 'create_slot', isOptionOn(options, 'connect', true));
    return createsSlot ? 'CREATE SUBSCRIPTION with a replication slot' : null;
  }
  if (!('AlterSubscriptionStmt' in node)) return null;
  const { kind, options } = node.AlterSubscriptionStmt;
  const refreshes =
    kind === 'ALTER_SUBSCRIPTION_REFRESH' ||
    (/_(?:SET|ADD|DROP)_PUBLICATION$/.test(kind ?? '') && isOptionOn(options, 'refresh', true));
  return refreshes ? 'ALTER SUBSCRIPTION with a refresh' : null;
}

/** Whether a boolean option is on, or what is `standard` without it. An option without a value is on. */
export function isOptionOn(options: readonly Node[] | undefined, name: string, standard: boolean): boolean {
  const option = optionsIn(options).find(({ defname }) => defname === name);
  if (option === undefined) return standard;
  const { arg } = option;
  if (arg === undefined) return true;
  if ('Integer' in arg) return arg.Integer.ival === 1;
  // The parser reads an unquoted word, like `off`, as the name of a type.
  const value = 'TypeName' in arg ? nameFromNodes(arg.TypeName.names) : 'String' in arg ? arg.String.sval : '';
  return !/^(?:off|false)$/i.test(value ?? '');
}
