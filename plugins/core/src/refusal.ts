/** The reason for a refusal. It lets the caller, such as a route, a command or a test, choose its answer. */
export type RefusalReason =
  /** The target does not exist, or the user may not see it. */
  | 'missing'
  /** Another user has the requested name. */
  | 'taken'
  /** A value is invalid. */
  | 'invalid'
  /** A limit is reached. The action is allowed later, or less often. */
  | 'too-many';

/** The HTTP status of each reason. */
export const statusOf: Readonly<Record<RefusalReason, number>> = {
  missing: 404,
  taken: 409,
  invalid: 422,
  'too-many': 429,
};

/**
 * The error that services throw when a rule of the application forbids an action. It is an answer for a user, not a
 * failure: it ends a request, while a KernelError ends a boot. Everything that the refused call wrote is rolled back.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
