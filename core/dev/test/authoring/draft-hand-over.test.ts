import { beforeAll, describe, expect, it } from 'vitest';
import { draftHandOver } from '../../src/authoring/draft-hand-over.ts';
import type { Plugin, PluginSet } from '../../../kernel/src/plugin/plugin-set.ts';
import { core, loadPlugins } from './plugin-sets.ts';

describe('a hand-over is refused before a shadow is opened', () => {
  let set: PluginSet;
  beforeAll(async () => {
    const revisions = {
      '0001_likes': { up: 'alter table core_object add column likes int', dependsOn: ['core@0001_create_object'] },
    };
    set = await loadPlugins({ core, likes: { revisions } });
  });

  it.each([
    ['core', 'core_objekt', 'likes', 'visibly creates'],
    ['core', 'core_object.titel', 'likes', 'visibly creates'],
    ['core', 'core_object', 'core', 'the plugin is the same'],
    ['core', 'core_object', 'My Likes', 'not the name of a plugin'],
    ['likes', 'core_object', 'core', 'it belongs to "core"'],
    ['likes', 'core_object.title', 'core', 'it belongs to "core"'],
  ])('%s gives %s to %s: %s', async (plugin, object, to, reason) => {
    const context = {
      set,
      plugin: set.byName.get(plugin) as Plugin,
      pinHeads: false,
      openShadow: () => Promise.reject(new Error('a shadow was opened')),
      onStage: () => {},
    };
    await expect(draftHandOver(context, object, to)).rejects.toMatchObject({
      code: 'HAND_OVER_REFUSED',
      exitCode: 13,
      message: expect.stringContaining(reason) as unknown,
    });
  });
});
