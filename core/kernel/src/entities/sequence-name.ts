const longest = 63;

/**
 * The name that PostgreSQL gives the sequence of a serial column (makeObjectName in its source): table, column and
 * `seq`; where that is too long, the longer of the two is cut until it fits. Names here are ASCII, as the kernel's are.
 */
export function sequenceName(table: string, column: string): string {
  let [first, second] = [table, column];
  while (`${first}_${second}_seq`.length > longest) {
    if (first.length > second.length) first = first.slice(0, -1);
    else second = second.slice(0, -1);
  }
  return `${first}_${second}_seq`;
}
