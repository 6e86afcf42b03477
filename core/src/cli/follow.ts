import type { Observer } from '../db/run.ts';
import type { Io } from './io.ts';

const waiting = {
  'migration lock': 'waiting for another process that is migrating …',
  'table locks': 'waiting for the tables of',
  connection: 'the connection broke; connecting again …',
} as const;

/** Shows on a terminal what an upgrade is at, once it has taken a moment; and says at once what it waits for. */
export function follow(io: Io): Observer {
  const began = performance.now();
  let last = 0;
  return {
    begins(step, position, total) {
      const now = performance.now();
      if (now - began < 300 || now - last < 50) return;
      last = now;
      io.progress(`${position} of ${total}  ${step.id}`);
    },
    waits(why, step) {
      io.progress(why === 'table locks' ? `${waiting[why]} ${step?.id ?? ''} …` : waiting[why]);
    },
  };
}
