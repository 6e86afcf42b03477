import type { Observer } from '../run/run-context.ts';
import type { Context } from './command.ts';

/** The delay in milliseconds before progress is shown. Faster work needs no progress. */
const delay = 1000;

const waiting = {
  'migration lock': 'waiting for another process that is migrating',
  'table locks': 'waiting for the tables that this revision changes',
  connection: 'the connection broke; connecting again',
  command: 'waiting for the command of upgrade.beforeBreaking',
} as const;

/** Shows people the progress of an upgrade. */
export interface Progress {
  readonly observer: Observer;
  /** Shows the current stage of work that has no steps to count. */
  readonly stage: (what: string) => void;
  /** Erases the progress line. */
  readonly end: () => void;
}

/**
 * Opens the progress display on standard error. On a terminal it is one line that is rewritten, starting after the
 * first second. Elsewhere only the reasons for waiting are reported, each of them once, so that a log shows why nothing
 * happens. With `--json` nothing is shown.
 */
export function openProgress({ json, env, progress }: Context): Progress {
  const { write } = progress;
  // A terminal that lacks escape sequences cannot rewrite a line.
  const isTerminal = progress.isTerminal && env['TERM'] !== 'dumb';
  if (json) return { observer: {}, stage() {}, end() {} };
  const began = performance.now();
  const said = new Set<string>();
  let line = '';
  const show = (): void => write(`\r\u001b[2K${line.slice(0, 78)}`);
  // The observer is not called while a long statement runs, so a timer shows the line.
  const timer = setTimeout(() => isTerminal && line !== '' && show(), delay);
  timer.unref();
  const isLate = (): boolean => performance.now() - began >= delay;
  return {
    observer: {
      begins(step, position, total) {
        line = `${position} of ${total}  ${step.direction === 'up' ? '' : 'down '}${step.id}`;
        if (isTerminal && isLate()) show();
      },
      waits(why, step) {
        line = `${waiting[why]}${step === null ? '' : ` (${step.id})`} …`;
        if (isTerminal) return isLate() ? show() : undefined;
        if (isLate() && !said.has(why)) write(`${line}\n`);
        if (isLate()) said.add(why);
      },
    },
    stage(what) {
      line = `${what} …`;
      if (isTerminal && isLate()) show();
    },
    end() {
      clearTimeout(timer);
      if (isTerminal && line !== '' && isLate()) write('\r\u001b[2K');
      line = '';
    },
  };
}
