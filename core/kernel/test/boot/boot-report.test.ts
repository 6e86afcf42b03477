import { describe, expect, it } from 'vitest';
import { definePlugin } from '../../src/contract/define-plugin.ts';
import { criticalPath } from '../../src/boot/boot-report.ts';
import type { StartedPlugin } from '../../src/boot/lifecycle.ts';

/** Parses `likes (core) 0-20`: the plugin's name, its requirements, and when its start begins and ends. */
function started(drawing: string): StartedPlugin {
  const [, name = '', needs = '', began = '', ended = ''] = /^(\S+)(?: \((.*)\))? (\d+)-(\d+)$/.exec(drawing) ?? [];
  const requires = needs
    .split(' ')
    .filter((need) => need !== '')
    .map((plugin) => ({ plugin, package: plugin, range: '*', optional: false }));
  return {
    plugin: { name, package: name, version: '1.0.0', requires, entry: '', depth: name === 'core' ? 0 : 1 },
    definition: definePlugin<unknown>({ name }),
    exports: {},
    options: {},
    timeout: 1,
    began: Number(began),
    ended: Number(ended),
    abort: new AbortController(),
    // The report does not use it.
    context: null as never,
  };
}

const path = (...drawings: readonly string[]): readonly string[] => criticalPath(drawings.map(started));

describe('the critical path of startup', () => {
  it('leads from a plugin without requirements to the plugin that became ready last', () => {
    expect(path('core 0-5', 'quick 5-9', 'slow 5-40', 'app (quick slow) 40-41')).toEqual(['core', 'slow', 'app']);
  });

  it('omits slow plugins that no plugin on the path waited for', () => {
    expect(path('core 0-5', 'lone 5-30', 'base 5-10', 'app (base) 10-31')).toEqual(['core', 'base', 'app']);
  });

  it('treats plugin zero as required by every plugin, although none lists it', () => {
    expect(path('core 0-5', 'likes 5-6')).toEqual(['core', 'likes']);
  });

  it('is empty if no plugin started', () => {
    expect(path()).toEqual([]);
  });
});
