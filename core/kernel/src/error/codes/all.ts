import { bootCodes } from './boot.ts';
import { configCodes } from './config.ts';
import { containerCodes } from './container.ts';
import { connectionCodes } from './connection.ts';
import { embeddedCodes } from './embedded.ts';
import { entityCodes } from './entities.ts';
import { graphCodes } from './graph.ts';
import { historyCodes } from './history.ts';
import { ledgerCodes } from './ledger.ts';
import { peerCodes } from './peers.ts';
import { pluginCodes } from './plugin.ts';
import { revisionCodes } from './revision.ts';
import { runCodes } from './run.ts';

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
