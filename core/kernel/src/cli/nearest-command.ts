import { nearestName } from '../error/nearest-name.ts';
import { commandTable } from './command-table.ts';

/**
 * Guesses the intended command from a name with a space instead of a colon (`migrate up`), without its prefix
 * (`status`), or with a typo. Returns `null` if none is close.
 */
export function nearestCommand(
  name: string,
  words: readonly string[],
  pluginCommands: readonly string[],
): string | null {
  const own = commandTable.filter(({ group }) => group !== null).map((entry) => entry.name);
  const names = [...own, ...pluginCommands];
  const next = words.find((word) => !word.startsWith('-')) ?? '';
  return (
    names.find((one) => one === `${name}:${next}`) ??
    names.find((one) => one.endsWith(`:${name}`)) ??
    nearestName(`${name}:${next}`, names) ??
    nearestName(name, names)
  );
}
