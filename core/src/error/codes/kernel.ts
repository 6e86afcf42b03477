import { codeEntry } from '../code-entry.ts';
import { exitCode } from '../exit-code.ts';

/** Errors of the command line and of the kernel itself. */
export const kernelCodes = {
  INTERNAL: codeEntry({
    exit: exitCode.internal,
    message: (d: { what: string }) => `Headwater made a mistake of its own: ${d.what}`,
    hint: () => 'Run again with --debug for the stack, and report it with the command you ran.',
    written: () => 'What was committed before it is in the ledger: npx kernel migrate:status',
  }),
  USAGE: codeEntry({
    exit: exitCode.usage,
    message: (d: { what: string; command: string | null }) => d.what,
    hint: (d) => `See: npx kernel ${d.command === null ? '' : `${d.command} `}--help`,
  }),
};
