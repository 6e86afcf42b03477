import type { Schemas } from '../config/schemas.ts';
import { isShapeError, serverErrorOf } from '../db/server-error.ts';
import { kernelSqlState } from '../db/sql-state.ts';
import { kernelError } from '../error/kernel-codes.ts';
import { assertUnclaimed, claimsSql, claimStatement, conflictSql } from '../ledger/claims.ts';
import { damagedLedger } from '../ledger/damaged-ledger.ts';
import { currentFormat, formatsIn } from '../ledger/ledger-schema.ts';
import { dollarQuote, quoteIdentifier, quoteLiteral } from '../sql/quote.ts';
import { beginScript } from './envelope.ts';
import { takeCreationLock, takeLock } from './migration-lock.ts';
import type { RunContext, ScriptContext } from './run-context.ts';
import { readStoredEffects, type StoredEffects } from './stored-effects.ts';

/**
 * Returns PL/pgSQL that creates a table and undoes that. Raises "unsupported" on a server that keeps the table, where a
 * failed revision would leave half of its changes.
 */
const testTransactions = (schema: string): string => {
  const table = `${quoteIdentifier(schema)}.self_test`;
  return `begin
      ${createSchema(schema)}
      create table ${table} ();
      raise exception using errcode = '${kernelSqlState.selfTest}', message = 'undone';
    exception when sqlstate '${kernelSqlState.selfTest}' then null;
    end;
    if to_regclass(${quoteLiteral(table)}) is not null then
      raise exception using errcode = '${kernelSqlState.unsupported}', message = 'that does not undo DDL statements';
    end if;`;
};

/** Returns PL/pgSQL that creates a schema. `if not exists` would need the privilege even if the schema exists. */
function createSchema(name: string): string {
  const schema = quoteIdentifier(name);
  return `if to_regnamespace(${quoteLiteral(schema)}) is null then create schema ${schema}; end if;`;
}

/** Returns PL/pgSQL that raises "taken" if another application has one of the schemas (see `assertUnclaimed`). */
function checkClaims(schemas: Schemas): string {
  return `if exists (select from (${claimsSql}) claim where ${conflictSql(schemas)}) then
      raise exception using errcode = '${kernelSqlState.taken}', message = 'another application has the schema';
    end if;`;
}

/**
 * Returns the script that creates the ledger or upgrades it to the format of this kernel, under the migration lock.
 * `effects` are those of the revisions in a ledger of the first format. Does nothing if the format is current.
 * `isNew`: whether there may be no ledger yet.
 */
export function ledgerScript(
  { session, settings }: Pick<ScriptContext, 'session' | 'settings'>,
  effects: readonly StoredEffects[] = [],
  isNew = true,
): string {
  const { schemas } = session;
  const ledger = quoteIdentifier(schemas.ledger);
  const steps = formatsIn(schemas.ledger).map((text, i) => {
    const version = i + 1;
    return `if version < ${version} then
    execute ${dollarQuote(text)};
    update ${ledger}.format set version = ${version};
  end if;`;
  });
  const block = `declare
  version integer := 0;
  created boolean;
begin
  ${isNew ? takeCreationLock(schemas) : takeLock(schemas)}
  if to_regclass(${quoteLiteral(`${ledger}.format`)}) is null then
    ${checkClaims(schemas)}
    ${testTransactions(schemas.ledger)}
    ${createSchema(schemas.ledger)}
    ${createSchema(schemas.tables)}
  else
    select max(f.version) into version from ${ledger}.format f;
    if version is null then
      raise exception using errcode = '${kernelSqlState.damaged}', message = 'its table format is empty';
    end if;
  end if;
  created := version = 0;
  ${steps.join('\n  ')}
  if created then
    ${claimStatement(schemas) || 'null;'}
  end if;
  update ${ledger}.ledger l set objects = f.objects
    from json_to_recordset(${dollarQuote(JSON.stringify(effects))}) f(id text, objects jsonb)
    where l.plugin || '@' || l.slug = f.id and l.objects is null;
end`;
  return `${beginScript({ session, settings })}do ${dollarQuote(block)};\ncommit;`;
}

/**
 * Creates the ledger, or upgrades it from the format `found` to the format of this kernel, under the migration lock.
 * Returns `false` if another session holds the lock. (`create schema if not exists` alone is not enough: if sixteen
 * sessions race, it fails for fifteen.) Throws LEDGER_DAMAGED, SCHEMA_TAKEN and DATABASE_UNSUPPORTED.
 */
export async function ensureLedger(
  { session, settings }: Pick<RunContext, 'session' | 'settings'>,
  found: number,
): Promise<boolean> {
  if (found === currentFormat) return true;
  const effects = found === 0 ? [] : await readStoredEffects(session);
  try {
    await session.script(ledgerScript({ session, settings }, effects, found === 0));
    return true;
  } catch (error) {
    const server = serverErrorOf(error);
    if (server?.code === kernelSqlState.busy) return false;
    if (server?.code === kernelSqlState.unsupported) {
      const details = { database: session.shown, found: `a server ${server.message}`, expected: 'PostgreSQL' };
      throw kernelError('DATABASE_UNSUPPORTED', details, { cause: error });
    }
    if (server?.code === kernelSqlState.taken) {
      await assertUnclaimed(session);
      // The other application has gone in the meantime.
      return false;
    }
    if (server === null || !isShapeError(server)) throw error;
    // The schema has something else under the name of one of these tables.
    throw damagedLedger(session, server.message, error);
  }
}
