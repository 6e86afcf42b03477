import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importDefinition } from '../../src/plugin/plugin-module.ts';
import type { Plugin } from '../../src/plugin/plugin-set.ts';
import { refusalIn } from '../config/refusal.ts';
import { makeProject, type FixturePlugin } from './project.ts';

const head = "import { definePlugin, defineRevision, sql } from '@headwater/kernel/plugin';\n";

async function plugin(how: 'install' | 'link', fixture: Partial<FixturePlugin> = {}): Promise<Plugin> {
  const project = makeProject();
  project[how]({ name: 'likes', version: '1.2.3', ...fixture });
  const { plugins } = await project.load({ likes: {} });
  // Plugin zero is the first.
  return plugins[1] as Plugin;
}

const withCode = (text: string): Promise<Plugin> => plugin('install', { files: { 'dist/index.js': text } });

describe('the main module of a plugin', () => {
  it('is imported from the build, and in a workspace from the sources', async () => {
    const code = (from: string) =>
      `${head}export default definePlugin({ name: 'likes', start() { globalThis.from = '${from}'; } });`;
    const files = { 'dist/index.js': code('dist'), 'src/index.ts': `const typed: number = 1;\n${code('src')}` };
    for (const [how, from] of [['install', 'dist'] as const, ['link', 'src'] as const]) {
      const running = await importDefinition(await plugin(how, { files }));
      expect(running.name).toBe('likes');
      void running.start?.({} as never);
      expect(Reflect.get(globalThis, 'from')).toBe(from);
    }
  });

  it.each<[name: string, text: string, ...parts: string[]]>([
    [
      'is exported by name',
      `${head}export const likes = definePlugin({ name: 'likes' });`,
      'by name ("likes"), not by default',
    ],
    ['is a plain object', "export default { name: 'likes', start() {} };", 'plain object', 'definePlugin'],
    ['is a function', 'export default function likes() {};', 'exports a function'],
    [
      'is a revision',
      `${head}export default defineRevision({ id: 'likes@1', revises: null, up: sql\`x\` });`,
      'a revision',
    ],
    ['is nothing', '', 'exports nothing'],
    ['is not exported', 'export const x = 1;', 'has no default export'],
    ['is something else', 'export default 5;', 'not created by definePlugin'],
    [
      'has another name',
      `${head}export default definePlugin({ name: 'hearts' });`,
      '"hearts"',
      '"likes"',
      'package.json',
    ],
    [
      'has a schema that is invalid',
      `${head}export default definePlugin({ name: 'likes', config: {} });`,
      'not a Standard Schema',
    ],
    [
      'has a start that is invalid',
      `${head}export default definePlugin({ name: 'likes', start: 5 });`,
      '`start`',
      'not a function',
    ],
    ['has a stop that is invalid', `${head}export default definePlugin({ name: 'likes', stop: {} });`, '`stop`'],
    ['has a bind that is invalid', `${head}export default definePlugin({ name: 'likes', bind: [] });`, '`bind`'],
    [
      'has entities that are invalid',
      `${head}export default definePlugin({ name: 'likes', entities: {} });`,
      '`entities`',
      'not a list',
    ],
    ['was wrapped by a compiler', `${head}export default { default: definePlugin({ name: 'likes' }) };`, 'CommonJS'],
  ])('is rejected with the author’s likely mistake: it %s', async (_name, text, ...parts) => {
    const found = await withCode(text);
    const { code, exit, text: told } = await refusalIn(() => importDefinition(found));
    expect([code, exit]).toEqual(['PLUGIN_EXPORT_INVALID', 12]);
    for (const part of ['@headwater/plugin-likes 1.2.3', join(found.directory, 'dist/index.js'), ...parts]) {
      expect(told).toContain(part);
    }
  });

  it.each<[name: string, text: string, ...parts: string[]]>([
    ['throws', 'throw new Error("out of cheese\\nsecond line");', 'out of cheese', 'plugin:disable likes'],
    ['throws no error', 'throw undefined;', 'undefined'],
    ['imports what is not installed', "import 'no-such-package';", 'no-such-package'],
    ['does not parse', 'export default {', '@headwater/plugin-likes@latest'],
  ])('is rejected with package, version, path, phase and first line if it %s', async (_name, text, ...parts) => {
    const found = await withCode(text);
    const { code, exit, text: told } = await refusalIn(() => importDefinition(found));
    expect([code, exit]).toEqual(['PLUGIN_LOAD_FAILED', 12]);
    for (const part of [
      '@headwater/plugin-likes 1.2.3',
      found.directory,
      'phase "import"',
      'dist/index.js',
      ...parts,
    ]) {
      expect(told).toContain(part);
    }
    expect(told).not.toContain('second line');
  });
});
