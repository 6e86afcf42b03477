import { describe, expect, it } from 'vitest';
import { readInstalledPlugins } from '../../src/plugin/installed-plugins.ts';
import { makeProject } from './project.ts';

const head = "import { definePlugin } from '@headwater/kernel/plugin';\n";

/** Plugin code with a schema that can be expressed as JSON Schema. */
const withOptions = (name: string): string => `${head}
const schema = { type: 'object', properties: { perMinute: { type: 'integer' } } };
const config = { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }), jsonSchema: { input: () => schema } } };
export default definePlugin({ name: '${name}', config });`;

describe('the installed plugins', () => {
  it('are the listed ones, those with a conventional name, and linked packages that declare a plugin', async () => {
    const project = makeProject();
    project.install({ name: 'likes', files: { 'dist/index.js': withOptions('likes') } });
    project.install({ name: 'mail', package: 'headwater-plugin-mail', fields: { description: 'Sends mail.' } });
    project.install({ name: 'shop', package: '@acme/shop' });
    project.install({ name: 'hidden', package: '@acme/hidden' });
    project.link({ name: 'app', package: '@acme/app' });
    project.write({ 'node_modules/zod/package.json': { name: 'zod' } });
    const found = await readInstalledPlugins(
      project.config({ shop: { package: '@acme/shop', enabled: false }, gone: {} }),
    );
    expect(found.map(({ name }) => name).toSorted()).toEqual(['app', 'likes', 'mail', 'shop']);
    const byName = Object.fromEntries(found.map((plugin) => [plugin.name, plugin]));
    expect(byName['likes']).toEqual({
      name: 'likes',
      package: '@headwater/plugin-likes',
      description: null,
      options: { type: 'object', properties: { perMinute: { type: 'integer' } } },
    });
    expect(byName['mail']).toMatchObject({ description: 'Sends mail.', options: { type: 'object', properties: {} } });
    expect(byName['shop']).toMatchObject({ package: '@acme/shop' });
  });

  it('have unknown options if their code fails', async () => {
    const project = makeProject();
    project.install({ name: 'likes', files: { 'dist/index.js': 'throw new Error("out of cheese");' } });
    project.install({ name: 'mail', fields: { exports: {} } });
    const found = await readInstalledPlugins(project.config({}));
    expect(found.map(({ name, options }) => [name, options])).toEqual([
      ['likes', null],
      ['mail', null],
    ]);
  });

  it('never include plugin zero, an invalid name, or an unreadable package', async () => {
    const project = makeProject();
    project.install({ name: 'core', package: 'headwater-plugin-zero' });
    project.install({ name: 'No Name', package: 'headwater-plugin-noname' });
    project.write({ 'node_modules/headwater-plugin-broken/package.json': '{' });
    expect(await readInstalledPlugins(project.config({}))).toEqual([]);
  });
});
