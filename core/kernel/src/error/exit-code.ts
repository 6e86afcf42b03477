/**
 * The exit codes of the `kernel` command, also in {@link KernelError.exitCode}. They are part of the public contract:
 * scripts and supervisors branch on them, so the meaning of a number never changes. `docs/errors.md` explains each.
 *
 * @example
 * if (error.exitCode === exitCode.databaseUnreachable) scheduleRetry();
 */
export const exitCode = {
  done: 0,
  internal: 1,
  usage: 2,
  pending: 3,
  config: 10,
  environment: 11,
  pluginNotLoadable: 12,
  revisionInvalid: 13,
  incompatible: 14,
  integrity: 15,
  databaseUnreachable: 20,
  privilege: 21,
  unsupportedServer: 22,
  directoryInUse: 23,
  storeDamaged: 24,
  lockWait: 30,
  migrationFailed: 31,
  incompleteStep: 32,
  databaseAhead: 33,
  severalHeads: 34,
  envelope: 35,
  outcomeUnknown: 36,
  drift: 40,
} as const;

/** One of the numbers in {@link exitCode}. */
export type ExitCode = (typeof exitCode)[keyof typeof exitCode];
