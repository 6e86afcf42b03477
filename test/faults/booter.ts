import { fork } from 'node:child_process';
import { join } from 'node:path';
import { expect, inject } from 'vitest';
import { installedKernel } from '../helper/installed-packages.ts';
import type { FaultProject } from './fault-project.ts';

/** A process that boots projects with the installed kernel, several at once if needed. */
export interface Booter extends Disposable {
  /** Boots a project and returns the ids of the applied revisions. Throws if the boot fails. */
  readonly boot: (project: FaultProject) => Promise<readonly string[]>;
}

/** Starts a {@link Booter}. Booting in a running process takes a third of the time that a new process takes. */
export function startBooter(): Booter {
  const child = fork(join(import.meta.dirname, 'boot-process.ts'), [installedKernel(inject('scratch'))], {
    execArgv: [],
  });
  const waiting = new Map<string, (answer: Answer) => void>();
  child.on('message', (answer: Answer) => waiting.get(answer.cwd)?.(answer));
  child.on('exit', () => waiting.forEach((answer, cwd) => answer({ cwd, failed: 'the boot process has ended' })));
  return {
    async boot({ cwd }) {
      const answer = await new Promise<Answer>((resolve) => {
        waiting.set(cwd, resolve);
        child.send(cwd);
      });
      waiting.delete(cwd);
      expect(answer.failed).toBe(undefined);
      return answer.applied ?? [];
    },
    [Symbol.dispose]: () => void child.kill(),
  };
}

interface Answer {
  readonly cwd: string;
  readonly applied?: readonly string[];
  readonly failed?: string;
}
