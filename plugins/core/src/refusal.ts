/** Why a service refused, for who has to answer somebody: a route, a command, a test. */
export type RefusalReason =
  /** What it should act on is not there, or not for whoever asks. */
  | 'missing'
  /** Somebody else has what was asked for. */
  | 'taken'
  /** A value is not what it has to be. */
  | 'invalid'
  /** It would be allowed later, or less often. */
  | 'too-many';

/**
 * What services throw when they are asked for what the application's rules do not allow. It is an answer for a user, not
 * a fault: a KernelError is about the application itself and ends a boot, this ends a request. Whatever the refused call
 * had written is rolled back.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
