import { describe, expect, it } from 'vitest';
import type { Context } from '../../src/cli/command.ts';
import { openLog } from '../../src/cli/log.ts';
import { redacted } from '../../src/cli/secrets.ts';

/** Opens the log of the plugin `likes`, and collects the text that it writes. */
async function logging(
  isTerminal: boolean,
  options: Partial<Context> = {},
): Promise<{ readonly log: ReturnType<Awaited<ReturnType<typeof openLog>>>; readonly written: string[] }> {
  const written: string[] = [];
  const context: Context = {
    cwd: '.',
    env: { NO_COLOR: '1' },
    config: undefined,
    json: false,
    emit: null,
    debug: false,
    conceal: () => {},
    redact: (text) => redacted(text, ['s3cr"et']),
    progress: { isTerminal, write: (text) => void written.push(text) },
    interruption: () => new AbortController().signal,
    ...options,
  };
  return { log: (await openLog(context))('likes'), written };
}

describe('the log of an application', () => {
  it('has one JSON object per line, naming the plugin, if standard error is not a terminal', async () => {
    const { log, written } = await logging(false);
    log.warn('slow', { milliseconds: 12, at: new Date(0) });
    expect(written).toHaveLength(1);
    expect(written[0]).toMatch(/"time":"\d{4}-[^"]*Z"/);
    expect(JSON.parse(written[0] ?? '')).toMatchObject({
      level: 'warn',
      plugin: 'likes',
      data: { milliseconds: 12, at: '1970-01-01T00:00:00.000Z' },
      msg: 'slow',
    });
  });

  it('has human-readable lines on a terminal, in color if colors are enabled', async () => {
    const { log, written } = await logging(true);
    log.info('ready', { routes: 3 });
    expect(written[0]).toMatch(/^\d\d:\d\d:\d\d info {2}likes: ready \{"routes":3\}\n$/);
    const colored = await logging(true, { env: {} });
    colored.log.error('no');
    expect(colored.written[0]).toContain('\u001b[');
  });

  it.each([true, false])(
    'hides secrets by value, including those that JSON would escape (terminal: %s)',
    async (isTerminal) => {
      const { log, written } = await logging(isTerminal);
      const error = new Error('login s3cr"et refused', { cause: 'postgres://u:hidden@h/d' });
      log.error('key s3cr"et %s', { list: ['s3cr"et'], error, 's3cr"et': new Map([['a', 's3cr"et']]) });
      expect(written.join('')).not.toMatch(/s3cr|hidden/);
      expect(written.join('')).toContain('login *** refused');
    },
  );

  it('contains debug entries only with --debug', async () => {
    const quiet = await logging(false);
    quiet.log.debug('detail');
    expect(quiet.written).toEqual([]);
    const { log, written } = await logging(false, { debug: true });
    log.debug('detail');
    expect(written).toHaveLength(1);
  });

  it('writes any value, and never throws', async () => {
    const { log, written } = await logging(false);
    const circle: Record<string, unknown> = { big: 1n, nothing: undefined, run: () => {} };
    circle['self'] = circle;
    const hostile = Object.defineProperty({}, 'x', {
      enumerable: true,
      get: () => {
        throw new Error('no');
      },
    });
    log.info('all', { circle, hostile, symbol: Symbol('s') });
    expect(JSON.parse(written[0] ?? '')).toMatchObject({
      data: { circle: { big: '1', self: '[circular]' }, hostile: '[unreadable]', symbol: 'Symbol(s)' },
    });
  });
});
