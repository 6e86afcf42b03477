import { errorFactory, errorGuard, type DetailsIn } from './code-table.ts';
import { bootCodes } from './codes/boot.ts';
import { configCodes } from './codes/config.ts';
import { containerCodes } from './codes/container.ts';
import { databaseCodes } from './codes/database.ts';
import { graphCodes } from './codes/graph.ts';
import { historyCodes } from './codes/history.ts';
import { pluginCodes } from './codes/plugin.ts';
import { revisionCodes } from './codes/revision.ts';
import { schemaCodes } from './codes/schema.ts';

/**
 * The kernel's table of codes. `docs/errors.md` lists it beside that of `@headwater/dev`, and a test keeps the tables,
 * that page, the throw sites and the tests that provoke each code in agreement.
 */
export const kernelCodes = {
  ...bootCodes,
  ...configCodes,
  ...pluginCodes,
  ...revisionCodes,
  ...graphCodes,
  ...historyCodes,
  ...databaseCodes,
  ...containerCodes,
  ...schemaCodes,
};

/** The name of a kernel error, stable across releases. */
export type Code = keyof typeof kernelCodes;

/** The facts that a kernel error of code `C` carries. */
export type Details<C extends Code> = DetailsIn<typeof kernelCodes, C>;

/** Makes a kernel error: `throw kernelError('CONFIG_NOT_FOUND', { … })`. */
export const kernelError = errorFactory(kernelCodes);

/**
 * Whether `error` is a {@link KernelError}, of `code` if one is given.
 *
 * @example
 * if (isKernelError(error, 'DATABASE_UNREACHABLE')) retryLater(error.details.database);
 */
export const isKernelError = errorGuard(kernelCodes);
