import type { UpgradeLimits } from '../config/config.ts';

/** Comments, white space and empty statements before the first keyword. */
const leading = /^(?:[\s;]+|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)+/;

/** Returns `text` from its first keyword on. */
export function fromFirstKeyword(text: string): string {
  return text.replace(leading, '');
}

/** A statement that sets a limit for the transaction or the session. */
const setLimit =
  /^set\s+(?:local\s+|session\s+)?(lock_timeout|statement_timeout)(?:\s*=\s*|\s+to\s+)(?:'([^']*)'|(\d+))\s*(?:;|$)/i;

/** The units of PostgreSQL's time settings, in milliseconds. */
const units: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Returns the `statement_timeout` in seconds that a text sets at its beginning; `null` if it sets none. PostgreSQL times
 * a whole block from its begin, so the kernel has to set this limit before the block that runs the text. The text sets
 * its `lock_timeout` itself.
 */
export function ownStatementTimeout(text: string): number | null {
  let seconds: number | null = null;
  for (let rest = fromFirstKeyword(text); ;) {
    const [statement, name = '', quoted, bare = ''] = setLimit.exec(rest) ?? [];
    if (statement === undefined) return seconds;
    const [, amount, unit = 'ms'] = /^\s*(\d+(?:\.\d+)?)\s*(us|ms|s|min|h|d)?\s*$/.exec(quoted ?? bare) ?? [];
    const factor = units[unit];
    if (name.toLowerCase() === 'statement_timeout' && amount !== undefined && factor !== undefined) {
      seconds = (Number(amount) * factor) / 1000;
    }
    rest = fromFirstKeyword(rest.slice(statement.length));
  }
}

/** Returns the settings with the limit that `text` sets for itself (see {@link ownStatementTimeout}). */
export function withOwnLimit<Settings extends Pick<UpgradeLimits, 'statementTimeout'>>(
  settings: Settings,
  text: string,
): Settings {
  const statementTimeout = ownStatementTimeout(text);
  return statementTimeout === null ? settings : { ...settings, statementTimeout };
}
