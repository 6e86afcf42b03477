import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { definePlugin, type PluginContext, type PluginDefinition } from '../../src/contract/define-plugin.ts';
import { startPlugins, stopPlugins, type LoadedPlugin, type StartOptions } from '../../src/boot/lifecycle.ts';

const fail = (): never => {
  throw new Error('no plugin of this test gets a service');
};
const options: StartOptions = {
  log: () => ({ debug() {}, info() {}, warn() {}, error() {} }),
  inContext: (work) => work(),
  get: () => Object.assign(fail, { optional: fail, all: fail }),
};

/** Parses `likes (core comments)` as a plugin that requires the other two, with hooks that write to `log`. */
function load(
  log: string[],
  drawing: string,
  hooks: Partial<Pick<PluginDefinition, 'start' | 'stop'>> = {},
  timeout = 5,
): LoadedPlugin {
  const [, name = '', needs = ''] = /^(\S+)(?: \((.*)\))?$/.exec(drawing) ?? [];
  const requires = needs
    .split(' ')
    .filter((need) => need !== '')
    .map((plugin) => ({ plugin, package: plugin, range: '*', optional: false }));
  const start = async (): Promise<void> => {
    log.push(`${name}…`);
    await sleep(20);
    log.push(`${name} up`);
  };
  const stop = (): void => void log.push(`${name} down`);
  return {
    plugin: { name, package: `plugin-${name}`, version: '1.0.0', requires, entry: '', depth: name === 'core' ? 0 : 1 },
    definition: definePlugin<unknown>({ name, start, stop, ...hooks }),
    exports: {},
    options: {},
    timeout,
  };
}

describe('starting plugins', () => {
  it('starts a plugin once its requirements have started, and independent plugins concurrently', async () => {
    const log: string[] = [];
    const set = [load(log, 'core'), load(log, 'comments'), load(log, 'likes'), load(log, 'app (likes comments)')];
    const started = await startPlugins(set, options);
    expect(log.slice(0, 4)).toEqual(['core…', 'core up', 'comments…', 'likes…']);
    expect(log.at(-2)).toBe('app…');
    expect(started.map(({ plugin }) => plugin.name)).toEqual(['core', 'comments', 'likes', 'app']);
  });

  it('stops plugins in the reverse order in which they became ready', async () => {
    const log: string[] = [];
    const slow = load(log, 'slow', { start: () => sleep(60) });
    const started = await startPlugins([load(log, 'core'), slow, load(log, 'quick')], options);
    log.length = 0;
    await stopPlugins(started);
    expect(log).toEqual(['slow down', 'quick down', 'core down']);
  });

  it('names the plugin and phase that failed, and stops the plugins that have started', async () => {
    const log: string[] = [];
    const broken = load(log, 'broken', {
      start: () => {
        throw new Error('no key\nsecond line with a secret');
      },
    });
    const running = startPlugins([load(log, 'core'), broken, load(log, 'late (broken)')], options);
    await expect(running).rejects.toMatchObject({
      code: 'PLUGIN_PHASE_FAILED',
      details: { plugin: 'broken', package: 'plugin-broken', phase: 'start', reason: 'no key' },
    });
    expect(log).toEqual(['core…', 'core up', 'core down']);
  });

  it("shows a plugin's own hint for its error", async () => {
    const hint = 'Set the key: MAIL_KEY=…';
    const start = (): never => {
      throw Object.assign(new Error('no key'), { hint });
    };
    await expect(startPlugins([load([], 'broken', { start })], options)).rejects.toMatchObject({ hint });
    const other = (): never => {
      throw Object.assign(new Error('no key'), { hint: 7 });
    };
    const failure = startPlugins([load([], 'broken', { start: other })], options);
    await expect(failure).rejects.toMatchObject({ hint: expect.stringContaining('--debug') as string });
  });

  it.each([undefined, 'serve', 'command'] as const)('tells a plugin the purpose of the boot: %s', async (purpose) => {
    const purposes: string[] = [];
    const note = { start: (context: PluginContext) => void purposes.push(context.purpose) };
    await startPlugins([load([], 'core', note)], { ...options, ...(purpose && { purpose }) });
    expect(purposes).toEqual([purpose ?? 'serve']);
  });

  it('aborts the signals of plugins that are still starting when one fails', async () => {
    const log: string[] = [];
    const patient = load(log, 'patient', {
      start: ({ signal }) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => (log.push('patient aborted'), resolve()));
        }),
    });
    const broken = load(log, 'broken', { start: () => sleep(20).then(() => Promise.reject(new Error('no'))) });
    await expect(startPlugins([patient, broken], options)).rejects.toMatchObject({ code: 'PLUGIN_PHASE_FAILED' });
    expect(log).toContain('patient aborted');
  });

  it('fails a plugin that exceeds its timeout, and explains how to raise it', async () => {
    const hanging = load([], 'hanging', { start: () => new Promise(() => {}) }, 0.05);
    const failure = startPlugins([hanging], options);
    await expect(failure).rejects.toMatchObject({ code: 'PLUGIN_PHASE_TIMEOUT', details: { seconds: 0.05 } });
    await expect(failure).rejects.toHaveProperty('hint', expect.stringContaining('$startTimeout'));
  });

  it('stops all plugins even if one fails to stop, and then reports that failure', async () => {
    const log: string[] = [];
    const stubborn = load(log, 'stubborn', { stop: () => Promise.reject(new Error('still busy')) });
    const started = await startPlugins([load(log, 'core'), stubborn], options);
    await expect(stopPlugins(started)).rejects.toMatchObject({ details: { plugin: 'stubborn', phase: 'stop' } });
    expect(log).toContain('core down');
  });
});
