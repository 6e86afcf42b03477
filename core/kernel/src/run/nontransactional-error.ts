/** An index that a failed concurrent build left invalid. */
export interface InvalidIndex {
  /** Its name, quoted. */
  readonly index: string;
  /** Whether the run has dropped it. */
  readonly dropped: boolean;
}

/**
 * Thrown when the statement of a revision with `transaction: false` fails. Nothing rolls such a statement back, so the
 * error records what it left behind. It never leaves this folder: `classifyError` converts it.
 */
export class NontransactionalError extends Error {
  /** Whether the connection broke while the statement ran. */
  readonly lost: boolean;
  readonly leftover: InvalidIndex | null;

  constructor(cause: unknown, lost: boolean, leftover: InvalidIndex | null) {
    super('a statement outside a transaction failed', { cause });
    this.lost = lost;
    this.leftover = leftover;
  }
}
