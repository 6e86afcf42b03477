import { errorFactory, errorGuard, type DetailsIn, type ErrorFactory, type ErrorGuard } from './code-table.ts';
import { bootCodes } from './codes/boot.ts';
import { configCodes } from './codes/config.ts';
import { containerCodes } from './codes/container.ts';
import { connectionCodes } from './codes/connection.ts';
import { embeddedCodes } from './codes/embedded.ts';
import { entityCodes } from './codes/entities.ts';
import { graphCodes } from './codes/graph.ts';
import { historyCodes } from './codes/history.ts';
import { ledgerCodes } from './codes/ledger.ts';
import { peerCodes } from './codes/peers.ts';
import { pluginCodes } from './codes/plugin.ts';
import { revisionCodes } from './codes/revision.ts';
import { runCodes } from './codes/run.ts';

/**
 * The kernel's code table. `docs/errors.md` lists it together with that of `@headwater/dev`. A test checks that the
 * tables, that page, the throw sites and the tests that provoke each code agree.
 */
export const kernelCodes: typeof bootCodes &
  typeof configCodes &
  typeof peerCodes &
  typeof pluginCodes &
  typeof revisionCodes &
  typeof graphCodes &
  typeof historyCodes &
  typeof connectionCodes &
  typeof embeddedCodes &
  typeof ledgerCodes &
  typeof runCodes &
  typeof containerCodes &
  typeof entityCodes = {
  ...bootCodes,
  ...configCodes,
  ...peerCodes,
  ...pluginCodes,
  ...revisionCodes,
  ...graphCodes,
  ...historyCodes,
  ...connectionCodes,
  ...embeddedCodes,
  ...ledgerCodes,
  ...runCodes,
  ...containerCodes,
  ...entityCodes,
};

/** The code of a kernel error, like `DATABASE_UNREACHABLE`. Codes are stable across releases. */
export type Code = keyof typeof kernelCodes;

/**
 * The details of a kernel error with the code `C`.
 *
 * @example
 * type Unreachable = Details<'DATABASE_UNREACHABLE'>; // { database: string; reason: string; connected: boolean }
 */
export type Details<C extends Code> = DetailsIn<typeof kernelCodes, C>;

/** Creates a kernel error: `throw kernelError('CONFIG_NOT_FOUND', { … })`. */
export const kernelError: ErrorFactory<typeof kernelCodes> = errorFactory(kernelCodes);

/**
 * Returns whether `error` is a {@link KernelError} and, if `code` is given, has that code.
 *
 * @example
 * if (isKernelError(error, 'DATABASE_UNREACHABLE')) retryLater(error.details.database);
 */
export const isKernelError: ErrorGuard<typeof kernelCodes> = errorGuard(kernelCodes);
