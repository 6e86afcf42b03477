import { errorFactory, errorGuard } from '@headwater/kernel/internal/errors';
import { adoptionCodes } from './codes/adoption.ts';
import { authoringCodes } from './codes/authoring.ts';
import { buildCodes } from './codes/build.ts';
import { publishCodes } from './codes/publish.ts';
import { rehearsalCodes } from './codes/rehearsal.ts';
import { revisionFileCodes } from './codes/revision-file.ts';

/** The table of codes of `@headwater/dev`. */
export const devCodes = {
  ...authoringCodes,
  ...revisionFileCodes,
  ...adoptionCodes,
  ...buildCodes,
  ...publishCodes,
  ...rehearsalCodes,
};

/** Creates an error of this package: `throw devError('SHADOW_FAILED', { … })`. */
export const devError = errorFactory(() => devCodes);

/** Whether `error` is a `KernelError`, with `code` if one of this package's codes is given. */
export const isDevError = errorGuard<typeof devCodes>();
