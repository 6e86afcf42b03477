import { nearest } from '../error/nearest.ts';
import { commandTable } from './command-table.ts';

/**
 * The command that was meant: with a space for its colon (`migrate up`), without what stands before it (`status`), or by
 * a slip. `null` where none is near.
 */
export function nearestCommand(name: string, rest: readonly string[], ofPlugins: readonly string[]): string | null {
  const own = commandTable.filter(({ group }) => group !== null).map((entry) => entry.name);
  const names = [...own, ...ofPlugins];
  const next = rest.find((word) => !word.startsWith('-')) ?? '';
  return (
    names.find((one) => one === `${name}:${next}`) ??
    names.find((one) => one.endsWith(`:${name}`)) ??
    nearest(`${name}:${next}`, names) ??
    nearest(name, names)
  );
}
