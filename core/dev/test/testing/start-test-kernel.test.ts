import { beforeAll, describe, expect, it, vi } from 'vitest';
import { databaseKinds, testDatabase } from '../../../../test/helper/database.ts';
import { workspaceKernel } from '../../../../test/helper/kernel-process.ts';
import { makeProject, type Project } from '../../../../test/helper/project.ts';
import { startTestKernel, type TestKernel } from '../../src/testing.ts';
import { execute, makeNotes } from './notes.ts';

function pluginsOf({ report }: TestKernel): readonly string[] {
  return report.plugins.map(({ name }) => name).toSorted();
}

describe.each(databaseKinds)('a test kernel on %s', (kind) => {
  const database = testDatabase(kind);
  let project: Project;
  beforeAll(async () => {
    project = await makeNotes();
  });

  it('runs the listed plugins and the plugins that they require, but no optional ones', async () => {
    await using app = await startTestKernel({ plugins: ['notes'], cwd: project.cwd, database });
    expect(pluginsOf(app)).toEqual(['base', 'core', 'notes']);
    await using more = await startTestKernel({ plugins: ['extra', 'notes'], cwd: project.cwd, database });
    expect(pluginsOf(more)).toEqual(['base', 'core', 'extra', 'notes']);
  });

  it('has applied every revision, contains the rows that they wrote, and has started', async () => {
    await using app = await startTestKernel({ plugins: ['notes'], cwd: project.cwd, database });
    expect(app.report).toMatchObject({ applied: [], dormant: [], ahead: [] });
    expect(await execute(app, 'select slug from kernel.ledger where plugin = $$notes$$')).toHaveLength(1);
    expect(await execute(app, 'select text, size from notes_note')).toEqual([{ text: 'welcome', size: 7 }]);
    expect(app.log).toEqual([
      { plugin: 'notes', level: 'info', message: 'ready' },
      { plugin: 'notes', level: 'warn', message: 'one note' },
    ]);
  });

  it('gives code access to the database only in a context', async () => {
    await using app = await startTestKernel({ plugins: [], cwd: project.cwd, database });
    expect(() => app.database.em).toThrow(expect.objectContaining({ code: 'DATABASE_CONTEXT_MISSING' }));
    await expect(app.run(async () => app.database.em.getContext() === app.database.em)).resolves.toBe(false);
  });
});

describe('the plugins of a test', () => {
  let project: Project;
  beforeAll(async () => {
    project = await makeNotes();
  });
  const start = (...plugins: readonly string[]) => startTestKernel({ plugins, cwd: project.cwd });

  it('may be given as the package of the test, a path relative to it, an npm name, or a plugin name', async () => {
    for (const [cwd, given] of [
      [project.folderOf('base'), '.'],
      [`${project.folderOf('base')}/src/migrations`, '.'],
      [project.cwd, './plugins/base'],
      [project.cwd, '@headwater/plugin-base'],
      [project.cwd, 'base'],
    ] as const) {
      await using app = await startTestKernel({ plugins: [given], cwd });
      expect(pluginsOf(app), `${given} in ${cwd}`).toEqual(['base', 'core']);
    }
  });

  it('default to the package of the calling file', async () => {
    await expect(startTestKernel()).rejects.toMatchObject({
      code: 'PLUGIN_FIELD_INVALID',
      details: { package: '@headwater/dev' },
    });
  });

  it('must be installed and must be plugins', async () => {
    await expect(start('bass')).rejects.toMatchObject({
      code: 'PLUGIN_NOT_FOUND',
      details: { tried: ['@headwater/plugin-bass', 'headwater-plugin-bass', 'bass'], from: project.cwd },
    });
    await expect(start('./plugins/bass')).rejects.toMatchObject({ code: 'PLUGIN_NOT_FOUND' });
    await expect(start('.')).rejects.toMatchObject({ code: 'PLUGIN_FIELD_INVALID' });
  });

  it('include plugin zero if they require it or if it is listed', async () => {
    const { cwd } = await makeProject({
      kernel: workspaceKernel,
      plugins: { core: { version: '1.7.0' }, thing: { requires: ['core'] } },
    });
    for (const plugins of [['thing'], ['./plugins/core', 'thing'], ['core']]) {
      await using app = await startTestKernel({ plugins, cwd });
      expect(app.report.plugins.find(({ name }) => name === 'core')).toMatchObject({ version: '1.7.0' });
    }
  });

  it('get their options, which are validated like those in config.json', async () => {
    const configured = (config: object) =>
      startTestKernel({ plugins: ['likes'], config: { likes: { ...config } }, cwd: import.meta.dirname });
    await using app = await configured({ perMinute: 5, $startTimeout: 3 });
    expect(app.config.plugins.get('likes')).toMatchObject({ options: { perMinute: 5 }, startTimeout: 3 });
    await expect(configured({ perMinute: 'often' })).rejects.toMatchObject({
      code: 'CONFIG_VALUE_INVALID',
      details: { pointer: '/plugins/likes/perMinute' },
    });
    await expect(startTestKernel({ plugins: ['likes'], config: { like: {} } })).rejects.toMatchObject({
      code: 'CONFIG_KEY_UNKNOWN',
      details: { pointer: '/plugins/like', nearest: 'likes' },
    });
  });

  it('are imported with the function that the test passes, if any', async () => {
    const imported: string[] = [];
    const load = (url: string): Promise<unknown> => {
      imported.push(url);
      return import(url);
    };
    await using app = await startTestKernel({ plugins: ['notes'], cwd: project.cwd, import: load });
    expect(pluginsOf(app)).toContain('notes');
    expect(imported.map((url) => url.split('/').slice(-3, -2)[0])).toEqual(['core', 'base', 'notes']);
    await expect(
      startTestKernel({ plugins: ['base'], cwd: project.cwd, import: async () => {} }),
    ).rejects.toMatchObject({ code: 'PLUGIN_LOAD_FAILED' });
  });
});

describe('the database of a test', () => {
  it('is chosen by the environment, unless the test chooses it', async () => {
    vi.stubEnv('HEADWATER_TEST_DATABASE', testDatabase('postgres'));
    try {
      await using chosen = await startTestKernel({ plugins: ['core'] });
      expect(chosen.config.database.kind).toBe('postgres');
      await using own = await startTestKernel({ plugins: ['core'], database: 'pglite://' });
      expect(own.config.database.kind).toBe('pglite');
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it('must be a valid database URL', async () => {
    await expect(startTestKernel({ plugins: ['core'], database: 'mysql://localhost' })).rejects.toMatchObject({
      code: 'DATABASE_URL_INVALID',
    });
  });

  it('must not be a directory, which would not be removed', async () => {
    await expect(startTestKernel({ plugins: ['core'], database: 'pglite://data' })).rejects.toMatchObject({
      code: 'CONFIG_VALUE_INVALID',
    });
  });
});
