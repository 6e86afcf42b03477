import type { Observer } from '../run/run.ts';
import { now } from './clock.ts';
import type { Context } from './command.ts';

/** Milliseconds before anything is said: what is over by then needs no progress. */
const patience = 1000;

const waiting = {
  'migration lock': 'waiting for another process that is migrating',
  'table locks': 'waiting for the tables that this revision changes',
  connection: 'the connection broke; connecting again',
} as const;

/** Tells a person what an upgrade is at. */
export interface Progress {
  readonly observer: Observer;
  /** Says what is being done, of work that has no steps to count. */
  readonly stage: (what: string) => void;
  /** Takes away the line that is still there. */
  readonly end: () => void;
}

/**
 * On a terminal one line that follows what runs, from the first second on. Elsewhere only what is waited for, once for
 * each reason, so that a log tells why nothing happens. With `--json` nothing.
 */
export function openProgress({ json, env, progress }: Context): Progress {
  const { write } = progress;
  // A terminal that is known to have no escapes cannot take a line back.
  const isTerminal = progress.isTerminal && env['TERM'] !== 'dumb';
  if (json) return { observer: {}, stage() {}, end() {} };
  const began = now();
  const said = new Set<string>();
  let line = '';
  const show = (): void => write(`\r\u001b[2K${line.slice(0, 78)}`);
  // One long statement makes no further call, so the clock has to.
  const timer = setTimeout(() => isTerminal && line !== '' && show(), patience);
  timer.unref();
  const isLate = (): boolean => now() - began >= patience;
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
