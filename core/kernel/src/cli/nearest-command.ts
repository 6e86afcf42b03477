import { nearestName } from '../error/nearest-name.ts';
import { commandTable } from './command-table.ts';

/**
 * Guesses the intended command from a name with a space instead of a colon (`migrate up`), without its prefix
 * (`status`), or with a typo in either (`stauts`). Returns `null` if none is close.
 */
export function nearestCommand(
  name: string,
  words: readonly string[],
  pluginCommands: readonly string[],
): string | null {
  const own = commandTable.filter(({ group }) => group !== null).map((entry) => entry.name);
  const names = [...own, ...pluginCommands];
  const next = words.find((word) => !word.startsWith('-')) ?? '';
  const withoutPrefix = names.map((one) => one.slice(one.indexOf(':') + 1));
  const near = nearestName(name, [...names, ...withoutPrefix]);
  return (
    names.find((one) => one === `${name}:${next}`) ??
    names.find((one) => one.endsWith(`:${name}`)) ??
    nearestName(`${name}:${next}`, names) ??
    names.find((one) => one === near) ??
    names.find((one) => one.endsWith(`:${near}`)) ??
    null
  );
}
