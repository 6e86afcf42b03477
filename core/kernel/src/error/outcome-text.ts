/** The text for an error after which earlier transactions stay committed. */
export const committedEarlier = (): string =>
  'Everything that was committed before the error is in the ledger: npx kernel migrate:status';
/** Returns the text for a revision that was rolled back, and for the revisions that stay. */
export const rolledBack = (d: { applied: readonly string[]; direction?: 'up' | 'down' }): string =>
  d.applied.length === 0
    ? 'It was rolled back; nothing was written.'
    : `It was rolled back; ${earlier(d.applied.length)} ${d.direction === 'down' ? 'reverted' : 'applied'}.`;
/** The leftovers of a statement that failed outside a transaction. `null` for a revision that was rolled back. */
export interface Outside {
  readonly leftover: { readonly index: string; readonly dropped: boolean } | null;
}
/** Returns the text for a revision that was rolled back, or that failed outside a transaction. */
export const rolledBackOrLeft = (d: Parameters<typeof rolledBack>[0] & { outside: Outside | null }): string =>
  d.outside === null ? rolledBack(d) : `${leftBehind(d.outside.leftover)}${committedBefore(d)}`;
const committedBefore = (d: { applied: readonly string[]; direction?: 'up' | 'down' }): string =>
  d.applied.length === 0
    ? ''
    : ` ${capitalized(earlier(d.applied.length))} ${d.direction === 'down' ? 'reverted' : 'applied'}.`;
const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const leftBehind = (leftover: Outside['leftover']): string => {
  const ran = 'It ran outside a transaction, and its ledger row was not written.';
  if (leftover === null) return `${ran} The next run checks what is missing.`;
  return leftover.dropped
    ? `${ran} It left the invalid index ${leftover.index}, which was dropped.`
    : `${ran} It left the invalid index ${leftover.index}, which could not be dropped.`;
};
/** Returns the subject of a sentence about the revisions before the one that failed. */
export const earlier = (count: number): string =>
  count === 1 ? 'the revision before it stays' : `the ${count} revisions before it stay`;
