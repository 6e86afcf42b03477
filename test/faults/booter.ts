import { expect } from 'vitest';
import type { FaultProject } from './fault-project.ts';
import { startHostProcess } from './host-process.ts';

/** A process that boots projects with the installed kernel, several at once if needed. */
export interface Booter extends Disposable {
  readonly pid: number;
  /** Boots a project and returns the ids of the applied revisions. Throws if the boot fails. */
  readonly boot: (project: FaultProject) => Promise<readonly string[]>;
}

/** A request to the process of `boot-process.ts`: the folder of an application. */
export interface BootRequest {
  readonly cwd: string;
}

/** The answer to a {@link BootRequest}: the ids of the applied revisions, or the error. */
export interface BootAnswer {
  readonly applied?: readonly string[];
  readonly failed?: string;
}

/**
 * Starts a {@link Booter}. Booting in a running process takes a third of the time that a new process takes. `execArgv` are
 * the options of Node.
 */
export function startBooter(execArgv: readonly string[] = []): Booter {
  const host = startHostProcess<BootRequest, BootAnswer>('boot-process.ts', execArgv);
  return {
    pid: host.pid,
    async boot({ cwd }) {
      const answer = await host.ask({ cwd });
      expect(answer.failed).toBe(undefined);
      return answer.applied ?? [];
    },
    [Symbol.dispose]: () => host[Symbol.dispose](),
  };
}
