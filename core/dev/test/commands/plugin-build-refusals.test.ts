import { readFileSync, rmSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { ok, refusalIn } from '../../../kernel/test/cli/support.ts';
import { makeProject, type PluginSketch, type Project } from '../../../../test/helper/project.ts';

const entities = (more = ''): string => `
  const schema = defineEntity({ name: 'Note', tableName: 'notes_note', properties: { id: p.integer().primary(), ${more} } });
  export class Note extends schema.class {}
  schema.setClass(Note);
  export const entities = [Note];
  export const extend = [];
`;
const revisions = {
  '0001_a': { up: 'create table notes_note (id serial primary key)', down: 'drop table notes_note' },
};
const notes: PluginSketch = { entities: entities(), revisions, requiresCore: false };
const lock = `{ "declared": ["column notes_note.id", "constraint notes_note.notes_note_pkey", "table notes_note"] }\n`;

/** Returns a project with a plugin that can be built. */
async function makeNotes(): Promise<Project> {
  const project = await makeProject({ plugins: { notes } });
  project.write('plugins/notes/revisions.lock.json', lock);
  return project;
}

const withCommand = `import { Commands, definePlugin } from '@headwater/kernel/plugin';
import { entities } from './entities.js';
export default definePlugin({
  name: 'notes',
  entities,
  bind({ contribute }) {
    contribute(Commands, { name: 'notes:count', about: 'Counts.', load: async () => ({ run: async () => ({ text: '' }) }) });
  },
});
`;

describe('plugin:build', () => {
  let project: Project;
  beforeAll(async () => {
    project = await makeNotes();
    ok(await project.kernel('plugin:build', project.folderOf('notes')));
  });

  /** Changes files of the plugin, builds it, and restores them. Returns the refusal. */
  async function refusalAfter(files: Readonly<Record<string, string | null>>): Promise<ReturnType<typeof refusalIn>> {
    const folder = project.folderOf('notes');
    const manifest = readFileSync(`${folder}/dist/headwater.json`, 'utf8');
    const before = Object.keys(files).map((path): [string, string | null] => {
      try {
        return [path, readFileSync(`${folder}/${path}`, 'utf8')];
      } catch {
        return [path, null];
      }
    });
    const put = (path: string, text: string | null): void => {
      if (text === null) rmSync(`${folder}/${path}`, { force: true });
      else project.write(`plugins/notes/${path}`, text);
    };
    for (const [path, text] of Object.entries(files)) put(path, text);
    const done = await project.kernel('plugin:build', folder, '--json');
    for (const [path, text] of before) put(path, text);
    expect(readFileSync(`${folder}/dist/headwater.json`, 'utf8')).toBe(manifest);
    return refusalIn(done);
  }

  it.each<[name: string, files: Readonly<Record<string, string | null>>, code: string, problem: RegExp]>([
    [
      'that contributes a command which package.json does not list',
      { 'src/index.js': withCommand },
      'PLUGIN_COMMANDS_DIFFER',
      /contributes .*notes:count/,
    ],
    [
      'with a property that no revision creates',
      { 'src/entities.js': `import { defineEntity, p } from '@mikro-orm/core';\n${entities('text: p.text()')}` },
      'PLUGIN_BUILD_DRIFT',
      /add column notes_note\.text text/,
    ],
    ['that is not compiled', { 'dist/index.js': null }, 'PLUGIN_BUILD_OUTPUT', /dist\/index\.js does not exist/],
    [
      'that is compiled to CommonJS although package.json says ES modules',
      { 'dist/index.js': `exports.default = require('@headwater/kernel/plugin').definePlugin({ name: 'notes' });\n` },
      'PLUGIN_BUILD_OUTPUT',
      /does not load, although the sources do: .*exports is not defined/,
    ],
    [
      'whose compiled files are those of an earlier build',
      {
        'dist/index.js': `import { definePlugin } from '@headwater/kernel/plugin';\nexport default definePlugin({ name: 'notes' });\n`,
      },
      'PLUGIN_BUILD_OUTPUT',
      /is not what the sources are: it differs in what the plugin owns/,
    ],
    [
      'with a compiled revision that has no source',
      { 'dist/migrations/0001_a.js': '', 'dist/migrations/0002_old.js': '' },
      'PLUGIN_BUILD_OUTPUT',
      /stands beside dist\/migrations\/0002_old\.js, which has no source/,
    ],
  ])('refuses a plugin %s, and writes nothing', async (_, files, code, problem) => {
    const refusal = await refusalAfter(files);
    expect([refusal.code, refusal.exitCode]).toEqual([code, expectedExit[code]]);
    expect(refusal.message).toMatch(problem);
  });

  it('describes the plugin in the manifest, in the same bytes each time', async () => {
    const folder = project.folderOf('notes');
    const text = readFileSync(`${folder}/dist/headwater.json`, 'utf8');
    expect(JSON.parse(text)).toMatchObject({
      description: { owns: ['notes_note'], extends: [], binds: [], contributes: [], commands: {}, options: {} },
    });
    rmSync(`${folder}/dist/headwater.json`);
    ok(await project.kernel('plugin:build', folder));
    expect(readFileSync(`${folder}/dist/headwater.json`, 'utf8')).toBe(text);
    ok(await project.kernel('plugin:build', folder, '--check'));
  });

  it('leaves out what a plugin binds if its options have no defaults', async () => {
    const strict = `{ '~standard': { version: 1, vendor: 'test', validate: (value) =>
      typeof value.key === 'string' ? { value } : { issues: [{ message: 'a key is needed', path: ['key'] }] } } }`;
    const other = await makeProject({ plugins: { strict: { requiresCore: false, fields: `config: ${strict},` } } });
    ok(await other.kernel('plugin:build', other.folderOf('strict')));
    const { description } = JSON.parse(readFileSync(`${other.folderOf('strict')}/dist/headwater.json`, 'utf8')) as {
      readonly description: object;
    };
    expect(description).toEqual({ owns: [], extends: [], commands: {}, options: null });
  });

  it('builds a plugin that is CommonJS on purpose', async () => {
    const other = await makeProject({ plugins: { old: { requiresCore: false } } });
    const packageFile = {
      name: '@headwater/plugin-old',
      version: '1.0.0',
      headwater: { plugin: 'old', migrations: './migrations' },
      main: './index.js',
      peerDependencies: { '@headwater/kernel': '^1.0.0' },
    };
    other.write('plugins/old/package.json', JSON.stringify(packageFile));
    other.write(
      'plugins/old/index.js',
      `const { definePlugin } = require('@headwater/kernel/plugin');\nmodule.exports = definePlugin({ name: 'old' });\n`,
    );
    other.write(
      'plugins/old/migrations/0001_a.js',
      `const { defineRevision, sql } = require('@headwater/kernel/plugin');
      module.exports = defineRevision({ id: 'old@0001_a', revises: null, up: sql\`create table old_a (id int)\`, down: sql\`drop table old_a\` });\n`,
    );
    expect(ok(await other.kernel('plugin:build', other.folderOf('old'))).stdout).toContain('+ old@0001_a');
  });
});

const expectedExit: Readonly<Record<string, number>> = {
  PLUGIN_COMMANDS_DIFFER: 12,
  PLUGIN_BUILD_DRIFT: 40,
  PLUGIN_BUILD_OUTPUT: 13,
};
