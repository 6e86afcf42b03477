import { kernelSqlState } from '../db/sql-state.ts';
import { dollarQuote, quoteLiteral } from '../sql/quote.ts';
import { beginScript, checkFormat } from './envelope.ts';
import { ledgerOf, type Site } from './ledger-row.ts';
import { takeLock } from './migration-lock.ts';

/** A change of the ledger that runs no revision. */
export interface Change {
  readonly run: {
    readonly id: string;
    readonly kind: string;
    readonly host: string;
    readonly kernelVersion: string;
  };
  /** The digest of the ledger that it was prepared for. */
  readonly digest: string;
  /** PL/pgSQL. */
  readonly body: string;
}

/**
 * Returns the two scripts of a change. `lock` opens a transaction, takes the migration lock and raises "stale" if the
 * ledger is no longer the one that the change was prepared for. `change` makes it and records the run. Neither commits.
 */
export function changeScript(
  site: Site,
  { run, digest, body }: Change,
): { readonly lock: string; readonly change: string } {
  const ledger = ledgerOf(site);
  const values = [run.id, run.kind, run.host, run.kernelVersion].map(quoteLiteral).join(', ');
  const check = `${takeLock(site.session.schemas)}
  ${checkFormat(site)}
  if (select encode(sha256(convert_to(coalesce(string_agg(line, e'\\n' order by line collate "C"), ''), 'UTF8')), 'hex')
      from (select plugin || '@' || slug || ' ' || raw as line from ${ledger}.ledger) lines) <> ${quoteLiteral(digest)} then
    raise exception using errcode = '${kernelSqlState.stale}', message = 'the ledger has changed';
  end if;`;
  const record = `insert into ${ledger}.run (id, kind, host, kernel_version, started_at, ended_at, outcome, applied)
    values (${values}, now(), clock_timestamp(), 'done', 0);`;
  const block = (text: string): string => `do ${dollarQuote(`begin\n  ${text}\nend`)};`;
  return {
    // Whoever holds the lock and no longer answers must not keep it.
    lock: `${beginScript(site, 1, site.settings.responseTimeout)}${block(check)}`,
    change: block(`${body}\n  ${record}`),
  };
}
