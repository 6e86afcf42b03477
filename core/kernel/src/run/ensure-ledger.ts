import type { UpgradeSettings } from '../config/config.ts';
import { isShapeError, serverErrorOf } from '../db/server-error.ts';
import { kernelSqlState } from '../db/sql-state.ts';
import { kernelError } from '../error/kernel-codes.ts';
import { currentFormat, formats } from '../ledger/ledger-schema.ts';
import { dollarQuote } from '../sql/quote.ts';
import { beginScript } from './envelope.ts';
import { takeLock } from './migration-lock.ts';
import type { RunContext } from './run-context.ts';
import { readStoredEffects, type StoredEffects } from './stored-effects.ts';

/**
 * PL/pgSQL that creates a table and undoes that. Raises "unsupported" on a server that keeps the table, where a failed
 * revision would leave half of its changes.
 */
const testTransactions = `begin
      create schema if not exists kernel;
      create table kernel.self_test ();
      raise exception using errcode = '${kernelSqlState.selfTest}', message = 'undone';
    exception when sqlstate '${kernelSqlState.selfTest}' then null;
    end;
    if to_regclass('kernel.self_test') is not null then
      raise exception using errcode = '${kernelSqlState.unsupported}', message = 'that does not undo DDL statements';
    end if;`;

/**
 * Returns the script that creates the ledger or upgrades it to the format of this kernel, under the migration lock.
 * `effects` are those of the revisions in a ledger of the first format. Does nothing if the format is current.
 */
export function ledgerScript(settings: UpgradeSettings, effects: readonly StoredEffects[] = []): string {
  const steps = formats.map((text, i) => {
    const version = i + 1;
    return `if version < ${version} then
    execute ${dollarQuote(text)};
    update kernel.format set version = ${version};
  end if;`;
  });
  const block = `declare
  version integer := 0;
begin
  ${takeLock}
  if to_regclass('kernel.format') is null then
    ${testTransactions}
    create schema if not exists kernel;
  else
    select max(f.version) into version from kernel.format f;
    if version is null then
      raise exception using errcode = '${kernelSqlState.damaged}', message = 'kernel.format is empty';
    end if;
  end if;
  ${steps.join('\n  ')}
  update kernel.ledger l set objects = f.objects
    from json_to_recordset(${dollarQuote(JSON.stringify(effects))}) f(id text, objects jsonb)
    where l.plugin || '@' || l.slug = f.id and l.objects is null;
end`;
  return `${beginScript(settings)}do ${dollarQuote(block)};\ncommit;`;
}

/**
 * Creates the ledger, or upgrades it from the format `found` to the format of this kernel, under the migration lock.
 * Returns `false` if another session holds the lock. (`create schema if not exists` alone is not enough: if sixteen
 * sessions race, it fails for fifteen.) Throws LEDGER_DAMAGED and DATABASE_UNSUPPORTED.
 */
export async function ensureLedger(
  { session, settings }: Pick<RunContext, 'session' | 'settings'>,
  found: number,
): Promise<boolean> {
  if (found === currentFormat) return true;
  const effects = found === 0 ? [] : await readStoredEffects(session);
  try {
    await session.script(ledgerScript(settings, effects));
    return true;
  } catch (error) {
    const server = serverErrorOf(error);
    if (server?.code === kernelSqlState.busy) return false;
    if (server?.code === kernelSqlState.unsupported) {
      const details = { database: session.shown, found: `a server ${server.message}`, expected: 'PostgreSQL' };
      throw kernelError('DATABASE_UNSUPPORTED', details, { cause: error });
    }
    if (server === null || !isShapeError(server)) throw error;
    // The schema has something else under the name of one of these tables.
    throw kernelError('LEDGER_DAMAGED', { database: session.shown, problem: server.message }, { cause: error });
  }
}
