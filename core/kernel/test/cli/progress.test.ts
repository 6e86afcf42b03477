import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Context } from '../../src/cli/command.ts';
import { openProgress, type Progress } from '../../src/cli/progress.ts';
import { revision } from '../db/support.ts';

const step = (id: string) => ({ id, direction: 'up' as const, revision: revision({ id, up: 'select 1' }) });

/** Opens a progress display and collects its output. */
function watched({ json = false, isTerminal = true, dumb = false }): {
  readonly progress: Progress;
  readonly written: () => string;
} {
  let text = '';
  const stream = { isTerminal, write: (more: string): void => void (text += more) };
  // The progress display needs no other field of the context.
  const context = { json, env: dumb ? { TERM: 'dumb' } : {}, progress: stream } as Context;
  return { progress: openProgress(context), written: () => text };
}

describe('progress', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('shows nothing for work that finishes within a second', () => {
    const { progress, written } = watched({});
    progress.observer.begins?.(step('likes@0001'), 1, 2);
    vi.advanceTimersByTime(900);
    progress.observer.begins?.(step('likes@0002'), 2, 2);
    progress.end();
    vi.advanceTimersByTime(5000);
    expect(written()).toBe('');
  });

  it('shows the running revision on a terminal, and erases the line at the end', () => {
    const { progress, written } = watched({});
    progress.observer.begins?.(step('likes@0001'), 1, 2);
    vi.advanceTimersByTime(1100);
    expect(written()).toBe('\r\u001b[2K1 of 2  likes@0001');
    progress.observer.begins?.(step('likes@0002'), 2, 2);
    expect(written().endsWith('\r\u001b[2K2 of 2  likes@0002')).toBe(true);
    progress.end();
    expect(written().endsWith('\r\u001b[2K')).toBe(true);
  });

  it('never exceeds 80 columns', () => {
    const { progress, written } = watched({});
    progress.observer.begins?.(step(`likes@${'x'.repeat(100)}`), 1, 2);
    vi.advanceTimersByTime(1100);
    expect(written().replace('\r\u001b[2K', '').length).toBeLessThan(80);
  });

  it('never rewrites a line on a terminal that does not support it', () => {
    const { progress, written } = watched({ dumb: true });
    progress.observer.begins?.(step('likes@0001'), 1, 2);
    vi.advanceTimersByTime(1100);
    progress.end();
    expect(written()).toBe('');
  });

  it('logs each reason for waiting once, and nothing else', () => {
    const { progress, written } = watched({ isTerminal: false });
    progress.observer.begins?.(step('likes@0001'), 1, 1);
    progress.observer.waits?.('migration lock', step('likes@0001'));
    vi.advanceTimersByTime(1100);
    for (let i = 0; i < 3; i += 1) progress.observer.waits?.('migration lock', step('likes@0001'));
    progress.end();
    expect(written()).toBe('waiting for another process that is migrating (likes@0001) …\n');
  });

  it('is silent with --json', () => {
    const { progress, written } = watched({ json: true });
    vi.advanceTimersByTime(2000);
    progress.observer.waits?.('connection', null);
    progress.end();
    expect(written()).toBe('');
  });
});
