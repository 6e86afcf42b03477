import type { Command, Context } from '../command.ts';

/** A row of the table: the facts about a command that are known without loading its module. */
export interface CommandEntry {
  readonly name: string;
  /** A summary that fits on half a line, for the list in `kernel --help`. */
  readonly summary: string;
  /** The heading under which help lists it. `null` hides it. */
  readonly group: 'Application' | 'Migrations' | 'Plugins' | 'Configuration' | 'Shell' | null;
  /** The package that provides it: the kernel, or `@headwater/dev`, which a production server does not need. */
  readonly from: 'kernel' | 'dev';
  /** Imports it. A dev command is imported from the project that the working directory and config belong to. */
  readonly load: (project: Pick<Context, 'cwd' | 'config'>) => Promise<Command>;
}

/** Returns the function that imports a command from `@headwater/dev`. */
export function fromDev(name: string): CommandEntry['load'] {
  return async (project) => (await import('../dev-command.ts')).loadDevCommand(name, project);
}
