import type { Node } from 'libpg-query';
import { isKernelError } from '@headwater/kernel/internal/errors';
import { isOptionOn, readSql } from '@headwater/kernel/internal/sql';

/** A statement that changes more than its own database, and the thing that it changes. */
export interface ServerWideStatement {
  readonly changed: string;
  readonly statement: string;
}

/**
 * Returns the first statement in a revision's SQL that changes what all databases of a server share, or another
 * database, or another server. Dropping the shadow would not revert it. Returns `null` if there is none, or if the
 * parser cannot read the SQL.
 */
export async function serverWideStatement(sql: string, transaction: boolean): Promise<ServerWideStatement | null> {
  try {
    for (const { node, text } of (await readSql(sql)).statements) {
      const changed = sharedThing(node, transaction);
      if (changed !== null) return { changed, statement: text };
    }
    return null;
  } catch (error) {
    // Only the server knows the syntax, or rejects it.
    if (isKernelError(error, 'SQL_SYNTAX')) return null;
    throw error;
  }
}

const roles = 'roles';
const roleSettings = 'settings of roles';
const databases = 'other databases';
const tablespaces = 'tablespaces';
const parameters = 'privileges on settings';
const publisher = 'the publishing server';

/** The statements that change a shared thing, whatever they say. A database can only be named if it is another one. */
const sharedStatements: Readonly<Record<string, string>> = {
  CreateRoleStmt: roles,
  AlterRoleStmt: roles,
  DropRoleStmt: roles,
  GrantRoleStmt: roles,
  ReassignOwnedStmt: roles,
  AlterRoleSetStmt: roleSettings,
  CreatedbStmt: databases,
  DropdbStmt: databases,
  AlterDatabaseStmt: databases,
  AlterDatabaseSetStmt: databases,
  AlterDatabaseRefreshCollStmt: databases,
  CreateTableSpaceStmt: tablespaces,
  DropTableSpaceStmt: tablespaces,
  AlterTableSpaceOptionsStmt: tablespaces,
  AlterSystemStmt: 'the configuration of the server',
};

/** The types of shared objects, in statements that take any type. */
const sharedTypes: Readonly<Record<string, string>> = {
  OBJECT_ROLE: roles,
  OBJECT_DATABASE: databases,
  OBJECT_TABLESPACE: tablespaces,
  OBJECT_PARAMETER_ACL: parameters,
};

function sharedThing(node: Node, transaction: boolean): string | null {
  if ('CreateSubscriptionStmt' in node) {
    return isOptionOn(node.CreateSubscriptionStmt.options, 'connect', true) ? publisher : null;
  }
  // In a transaction, PostgreSQL drops only subscriptions without a slot, and does not connect.
  if ('DropSubscriptionStmt' in node) return transaction ? null : publisher;
  if ('AlterSubscriptionStmt' in node) {
    return /_(?:REFRESH|ENABLED)$/.test(node.AlterSubscriptionStmt.kind ?? '') ? publisher : null;
  }
  if ('CopyStmt' in node) {
    const { is_from: isFrom, filename, is_program: isProgram } = node.CopyStmt;
    return isProgram === true || (filename !== undefined && isFrom !== true) ? 'files of the server' : null;
  }
  // A node is an object with one key, its kind.
  const [kind, fields] = Object.entries(node)[0] as [string, object];
  const types = ['objtype', 'objectType', 'renameType'].map((key) => String(Reflect.get(fields, key)));
  return sharedStatements[kind] ?? types.flatMap((type) => sharedTypes[type] ?? [])[0] ?? null;
}

/**
 * Whether the current transaction has written a row. The `age` of an id counts back from that of the transaction, whose
 * subtransactions have later ids.
 */
const isOwnWrite = `age(xmin) <= age(pg_current_xact_id()::xid)
        and pg_xact_status((pg_current_xact_id()::text::bigint + age(pg_current_xact_id()::xid) - age(xmin))::text::xid8)
          = 'in progress'`;

/** The SQLSTATE with which {@link serverWideGuard} ends a transaction. The message names the thing that was changed. */
export const serverWideState = 'HW020';

/** The server counts the rows that a transaction writes. Most write none here, and only pay for reading the counts. */
const sharedCatalogs = `array[${[
  'pg_authid',
  'pg_auth_members',
  'pg_database',
  'pg_db_role_setting',
  'pg_parameter_acl',
  'pg_shdescription',
  'pg_subscription',
  'pg_tablespace',
]
  .map((name) => `'pg_catalog.${name}'::regclass`)
  .join(', ')}]`;

/**
 * PL/pgSQL that runs before the end of a revision's transaction on a server, and ends it if it has changed more than its
 * own database. This covers dynamic SQL and code, which no parser can read. Rows that were added or changed are found by
 * their author. Removed rows leave only the lock on their catalog: of a role, or of the settings of a role. Settings
 * that dynamic SQL removes from another database, which it has to name, are not noticed.
 */
export const serverWideGuard = `declare
  changed text;
  own oid;
begin
  if exists (select from unnest(${sharedCatalogs}) c where pg_stat_get_xact_tuples_inserted(c)
      + pg_stat_get_xact_tuples_updated(c) + pg_stat_get_xact_tuples_deleted(c) > 0) then
    own := (select oid from pg_catalog.pg_database where datname = current_database());
    with written_setting as (
      select setdatabase = own as is_own from pg_catalog.pg_db_role_setting where ${isOwnWrite}
    ), lock as (
      select * from pg_catalog.pg_locks where pid = pg_catalog.pg_backend_pid() and database = 0
    ), changed_catalog as (
      select relation::regclass as catalog from lock where locktype = 'relation' and mode = 'RowExclusiveLock'
    )
    select string_agg(distinct thing, ', ') into changed from (
      select '${roles}' as thing from changed_catalog
        where catalog in ('pg_catalog.pg_authid'::regclass, 'pg_catalog.pg_auth_members'::regclass)
      union all select '${roleSettings}' from changed_catalog where catalog = 'pg_catalog.pg_db_role_setting'::regclass
        and exists (select from lock where locktype = 'object' and classid = 'pg_catalog.pg_authid'::regclass)
        and not exists (select from lock where locktype = 'object' and mode = 'AccessShareLock'
          and classid = 'pg_catalog.pg_database'::regclass and objid = own)
        and not exists (select from written_setting where is_own)
      union all select 'settings of roles or other databases' from written_setting where not is_own
      union all select '${databases}' from pg_catalog.pg_database where oid <> own and ${isOwnWrite}
      union all select '${tablespaces}' from pg_catalog.pg_tablespace where ${isOwnWrite}
      union all select '${parameters}' from pg_catalog.pg_parameter_acl where ${isOwnWrite}
      union all select 'comments on shared objects' from pg_catalog.pg_shdescription
        where not (classoid = 'pg_catalog.pg_database'::regclass and objoid = own) and ${isOwnWrite}
      union all select '${publisher}' from pg_catalog.pg_subscription where subdbid = own and subenabled
    ) found;
    if changed is not null then
      raise exception using errcode = '${serverWideState}', message = changed;
    end if;
  end if;
end;`;
