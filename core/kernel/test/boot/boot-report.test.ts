import { describe, expect, it } from 'vitest';
import { definePlugin } from '../../src/contract/define-plugin.ts';
import { chainOf } from '../../src/boot/boot-report.ts';
import type { StartedPlugin } from '../../src/boot/lifecycle.ts';

/** Reads `likes (core) 0-20`: its name, what it requires, when its start began and ended. */
function started(drawing: string): StartedPlugin {
  const [, name = '', needs = '', began = '', ended = ''] = /^(\S+)(?: \((.*)\))? (\d+)-(\d+)$/.exec(drawing) ?? [];
  const requires = needs
    .split(' ')
    .filter((need) => need !== '')
    .map((plugin) => ({ plugin, package: plugin, range: '*', optional: false }));
  return {
    plugin: { name, package: name, version: '1.0.0', requires, depth: name === 'core' ? 0 : 1 },
    running: definePlugin<unknown>({ name }),
    exports: {},
    options: {},
    startTimeout: 1,
    began: Number(began),
    ended: Number(ended),
    abort: new AbortController(),
    // Nothing that is measured asks for it.
    context: null as never,
  };
}

const chain = (...drawings: readonly string[]): readonly string[] => chainOf(drawings.map(started));

describe('the chain that decided how long starting took', () => {
  it('goes from what nothing was waited for to what was ready last', () => {
    expect(chain('core 0-5', 'quick 5-9', 'slow 5-40', 'app (quick slow) 40-41')).toEqual(['core', 'slow', 'app']);
  });

  it('leaves out what is slow beside it', () => {
    expect(chain('core 0-5', 'lone 5-30', 'base 5-10', 'app (base) 10-31')).toEqual(['core', 'base', 'app']);
  });

  it('counts plugin zero as required by all, without being listed', () => {
    expect(chain('core 0-5', 'likes 5-6')).toEqual(['core', 'likes']);
  });

  it('is empty where nothing started', () => {
    expect(chain()).toEqual([]);
  });
});
