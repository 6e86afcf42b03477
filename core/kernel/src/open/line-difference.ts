/** The largest table of lines to compare. Longer texts are shown whole, which nobody reads line by line anyway. */
const maximumCells = 4_000_000;

/**
 * Compares two texts line by line. Each line of the result begins with a space if both have it, with `-` if only `before`
 * has it, and with `+` if only `after` has it. The number of changed lines is minimal.
 */
export function lineDifference(before: string, after: string): readonly string[] {
  const [a, b] = [before.split('\n'), after.split('\n')];
  const shorter = Math.min(a.length, b.length);
  let start = 0;
  while (start < shorter && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < shorter - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const [left, right] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  const kept = (lines: readonly string[]): readonly string[] => lines.map((line) => ` ${line}`);
  return [...kept(a.slice(0, start)), ...changedLines(left, right), ...kept(a.slice(a.length - end))];
}

function changedLines(left: readonly string[], right: readonly string[]): readonly string[] {
  if (left.length * right.length > maximumCells) {
    return [...left.map((line) => `-${line}`), ...right.map((line) => `+${line}`)];
  }
  // common[i][j] is the number of lines that left from i on and right from j on have in common, in order.
  const common = Array.from({ length: left.length + 1 }, () => new Uint32Array(right.length + 1));
  const at = (i: number, j: number): number => common[i]?.[j] ?? 0;
  for (let i = left.length - 1; i >= 0; i -= 1) {
    for (let j = right.length - 1; j >= 0; j -= 1) {
      const row = common[i];
      if (row !== undefined)
        row[j] = left[i] === right[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: string[] = [];
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    if (i < left.length && j < right.length && left[i] === right[j]) {
      lines.push(` ${left[i]}`);
      i += 1;
      j += 1;
    } else if (j >= right.length || (i < left.length && at(i + 1, j) >= at(i, j + 1))) {
      lines.push(`-${left[i]}`);
      i += 1;
    } else {
      lines.push(`+${right[j]}`);
      j += 1;
    }
  }
  return lines;
}
