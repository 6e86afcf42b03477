import type { Colors } from './colors.ts';

/** Returns a difference of lines for people, with three lines around each change. */
export function differenceText(lines: readonly string[], colors: Colors): readonly string[] {
  const changed = lines.flatMap((line, i) => (line.startsWith(' ') ? [] : [i]));
  const isNear = (i: number): boolean => changed.some((at) => Math.abs(at - i) <= 3);
  return lines.flatMap((line, i) => {
    if (isNear(i)) return [line.startsWith('-') ? colors.red(line) : line.startsWith('+') ? colors.green(line) : line];
    return isNear(i - 1) ? ['…'] : [];
  });
}
