import { beginScript, dollarQuoted } from './envelope.ts';
import { kernelState, serverErrorOf } from '../db/foreign-error.ts';
import { currentFormat, formats } from '../ledger/ledger-schema.ts';
import { takeLock } from './envelope.ts';
import type { Run } from './run.ts';

/**
 * Makes the ledger, or brings an older one to this kernel's format, under the migration lock. (`create schema if not
 * exists` is no help: raced by sixteen, it fails for fifteen.) Gives `false` where another session has the lock.
 */
export async function prepareLedger({ session, settings }: Run, found: number): Promise<boolean> {
  if (found === currentFormat) return true;
  const steps = formats.map((text, i) => {
    const version = i + 1;
    return `if version < ${version} then
    execute ${dollarQuoted(text)};
    update kernel.format set version = ${version};
  end if;`;
  });
  const block = `declare
  version integer := 0;
begin
  ${takeLock}
  if to_regclass('kernel.format') is null then
    create schema if not exists kernel;
  else
    select max(f.version) into version from kernel.format f;
  end if;
  ${steps.join('\n  ')}
end`;
  try {
    await session.script(`${beginScript(session.kind, settings)}do ${dollarQuoted(block)};\ncommit;`);
    return true;
  } catch (error) {
    if (serverErrorOf(error)?.code === kernelState.busy) return false;
    throw error;
  }
}
