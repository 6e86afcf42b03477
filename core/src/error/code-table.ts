import { adoptionCodes } from './codes/adoption.ts';
import { authoringCodes } from './codes/authoring.ts';
import { configCodes } from './codes/config.ts';
import { containerCodes } from './codes/container.ts';
import { databaseCodes } from './codes/database.ts';
import { graphCodes } from './codes/graph.ts';
import { historyCodes } from './codes/history.ts';
import { kernelCodes } from './codes/kernel.ts';
import { pluginCodes } from './codes/plugin.ts';
import { revisionCodes } from './codes/revision.ts';
import { schemaCodes } from './codes/schema.ts';

/**
 * The one table of codes. `docs/errors.md` is written from it, and a test holds the table, that page, the throw sites
 * and the tests that provoke each code to the same set.
 */
export const codeTable = {
  ...kernelCodes,
  ...configCodes,
  ...pluginCodes,
  ...revisionCodes,
  ...adoptionCodes,
  ...graphCodes,
  ...historyCodes,
  ...databaseCodes,
  ...containerCodes,
  ...schemaCodes,
  ...authoringCodes,
};
