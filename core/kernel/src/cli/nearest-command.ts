import { nearestName } from '../error/nearest-name.ts';
import { commandTable } from './command-table.ts';

/**
 * Guesses the command that was meant by a name with a space for its colon (`migrate up`), without the part before the
 * colon (`status`), or with a typing error. `null` if none is close.
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
