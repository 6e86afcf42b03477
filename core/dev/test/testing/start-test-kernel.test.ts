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

  it('runs plugin zero, the listed plugins and what these require, and not what they could do without', async () => {
    await using app = await startTestKernel({ plugins: ['notes'], cwd: project.cwd, database });
    expect(pluginsOf(app)).toEqual(['base', 'core', 'notes']);
    await using more = await startTestKernel({ plugins: ['extra', 'notes'], cwd: project.cwd, database });
    expect(pluginsOf(more)).toEqual(['base', 'core', 'extra', 'notes']);
  });

  it('comes at its heads, with what revisions wrote, and has started', async () => {
    await using app = await startTestKernel({ plugins: ['notes'], cwd: project.cwd, database });
    expect(app.report).toMatchObject({ applied: [], dormant: [], ahead: [] });
    expect(await execute(app, 'select slug from kernel.ledger where plugin = $$notes$$')).toHaveLength(1);
    expect(await execute(app, 'select text, size from notes_note')).toEqual([{ text: 'welcome', size: 7 }]);
    expect(app.log).toEqual([
      { plugin: 'notes', level: 'info', message: 'ready' },
      { plugin: 'notes', level: 'warn', message: 'one note' },
    ]);
  });

  it('gives the database to a context, and to no other code', async () => {
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

  it('may be the package that it belongs to, a path from there, an npm name, or a name', async () => {
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

  it('are by default the package of the file that calls', async () => {
    await expect(startTestKernel()).rejects.toMatchObject({
      code: 'PLUGIN_FIELD_INVALID',
      details: { package: '@headwater/dev' },
    });
  });

  it('have to be there, and to be plugins', async () => {
    await expect(start('bass')).rejects.toMatchObject({
      code: 'PLUGIN_NOT_FOUND',
      details: { tried: ['@headwater/plugin-bass', 'headwater-plugin-bass', 'bass'], from: project.cwd },
    });
    await expect(start('./plugins/bass')).rejects.toMatchObject({ code: 'PLUGIN_NOT_FOUND' });
    await expect(start('.')).rejects.toMatchObject({ code: 'PLUGIN_FIELD_INVALID' });
  });

  it('bring their own plugin zero, where they require one or it is listed', async () => {
    const { cwd } = await makeProject({
      kernel: workspaceKernel,
      plugins: { core: { version: '1.7.0' }, thing: { requires: ['core'] } },
    });
    for (const plugins of [['thing'], ['./plugins/core', 'thing'], ['core']]) {
      await using app = await startTestKernel({ plugins, cwd });
      expect(app.report.plugins.find(({ name }) => name === 'core')).toMatchObject({ version: '1.7.0' });
    }
  });

  it('get their options, which are checked as those of a config.json are', async () => {
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

  it('are imported by the test, where it says how', async () => {
    const imported: string[] = [];
    const load = (url: string): Promise<unknown> => {
      imported.push(url);
      return import(url);
    };
    await using app = await startTestKernel({ plugins: ['notes'], cwd: project.cwd, import: load });
    expect(pluginsOf(app)).toContain('notes');
    expect(imported.map((url) => url.split('/').slice(-3, -2)[0])).toEqual(['src', 'base', 'notes']);
    await expect(
      startTestKernel({ plugins: ['base'], cwd: project.cwd, import: async () => {} }),
    ).rejects.toMatchObject({ code: 'PLUGIN_LOAD_FAILED' });
  });
});

describe('the database of a test', () => {
  it('is chosen by the environment, unless the test says which', async () => {
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

  it('is a URL like any other', async () => {
    await expect(startTestKernel({ plugins: ['core'], database: 'mysql://localhost' })).rejects.toMatchObject({
      code: 'DATABASE_URL_INVALID',
    });
  });

  it('is embedded in memory or on a server, and no directory that would stay', async () => {
    await expect(startTestKernel({ plugins: ['core'], database: 'pglite://data' })).rejects.toMatchObject({
      code: 'CONFIG_VALUE_INVALID',
    });
  });
});
