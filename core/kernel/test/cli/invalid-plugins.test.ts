import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { onServer } from '../../../../test/helper/database.ts';
import { makeProject, type PluginSketch, type Project } from '../../../../test/helper/project.ts';
import { core, complaintAbout, likes, listed, type InvalidInput } from './invalid-input.ts';
import { ok, refusalIn, serverDatabase } from './support.ts';

const rows: readonly InvalidInput[] = [
  {
    input: 'plugin name ../x',
    spoil: listed('../x'),
    code: 'PLUGIN_NAME_INVALID',
    exit: 12,
    says: ['../x', '"likes"'],
  },
  {
    input: 'plugin name data:',
    spoil: listed('data:text/javascript,0'),
    code: 'PLUGIN_NAME_INVALID',
    exit: 12,
    says: ['URL'],
  },
  { input: 'a look-alike letter', spoil: listed('lіkes'), code: 'PLUGIN_NAME_INVALID', exit: 12, says: ['U+0456'] },
  {
    input: '$package out of the project',
    spoil: listed('likes', { $package: './../../x' }),
    code: 'PLUGIN_PACKAGE_INVALID',
    exit: 12,
    says: ['/plugins/likes/$package', './../../x'],
  },
  {
    input: '$package node:fs',
    spoil: listed('likes', { $package: 'node:fs' }),
    code: 'PLUGIN_PACKAGE_INVALID',
    exit: 12,
    says: ['node:fs'],
  },
  {
    input: 'package not installed',
    spoil: listed('likes'),
    code: 'PLUGIN_NOT_FOUND',
    exit: 12,
    says: ['"likes"', '@headwater/plugin-likes and headwater-plugin-likes', 'npx kernel plugin:disable likes'],
    asksLedger: true,
  },
  {
    input: 'no plugin export',
    plugins: { likes },
    spoil: (project) => project.write('plugins/likes/src/index.js', 'export const likes = 1;'),
    command: 'start',
    code: 'PLUGIN_EXPORT_INVALID',
    exit: 12,
    says: ['@headwater/plugin-likes 1.0.0', 'definePlugin'],
  },
  {
    input: 'throws on import',
    plugins: { likes },
    spoil: (project) => project.write('plugins/likes/src/index.js', `throw new Error('first line\\nsecond');`),
    command: 'start',
    code: 'PLUGIN_LOAD_FAILED',
    exit: 12,
    says: ['@headwater/plugin-likes 1.0.0', '"import"', 'first line', /^(?!.*second)/s],
  },
  {
    input: 'two copies of core',
    plugins: { likes },
    spoil: twoCores,
    code: 'KERNEL_DUPLICATE',
    exit: 14,
    says: ['"likes"', '9.9.9', 'npm ls @headwater/kernel'],
  },
  {
    input: 'dependsOn unknown',
    plugins: { likes: revision({ dependsOn: ['core@0009_none'] }) },
    code: 'DEPENDENCY_UNKNOWN',
    exit: 14,
    says: ['likes@0001_create_like', 'core@0009_none'],
  },
  {
    input: 'dependsOn of a plugin that is not required',
    plugins: {
      likes: revision({ dependsOn: ['comments@0001_create_comment'] }),
      comments: { revisions: { '0001_create_comment': 'select 1' } },
    },
    code: 'REVISION_DEPENDENCY_NOT_REQUIRED',
    exit: 14,
    says: ['comments@0001_create_comment', 'peerDependencies'],
  },
  {
    input: 'plugin inactive',
    plugins: { likes, stickers: { requires: ['likes'] } },
    spoil: listed('likes', { $enabled: false }),
    code: 'REQUIREMENT_MISSING',
    exit: 14,
    says: ['"stickers"', 'npx kernel plugin:enable likes'],
  },
  {
    input: 'range unmet',
    plugins: { likes: { ...likes, version: '0.9.0' }, stickers: { requires: ['likes'] } },
    code: 'REQUIREMENT_UNMET',
    exit: 14,
    says: ['^1.0.0', '0.9.0', 'npm install'],
  },
  {
    input: 'cycle of plugins',
    plugins: { likes: { requires: ['stickers'] }, stickers: { requires: ['likes'] } },
    code: 'REQUIRES_CYCLE',
    exit: 14,
    says: [/likes -> stickers -> likes|stickers -> likes -> stickers/],
  },
  {
    input: 'cycle of revisions',
    plugins: {
      likes: {
        revisions: {
          '0001_a': { up: 'select 1', revises: 'likes@0002_b' },
          '0002_b': { up: 'select 1', revises: 'likes@0001_a' },
        },
      },
    },
    code: 'REVISION_CYCLE',
    exit: 14,
    says: [/likes@0001_a -> likes@0002_b -> likes@0001_a|likes@0002_b -> likes@0001_a -> likes@0002_b/],
  },
  {
    input: 'two heads',
    plugins: {
      likes: {
        revisions: {
          '0001_a': 'select 1',
          '0002_b': 'select 1',
          '0002_c': { up: 'select 1', revises: 'likes@0001_a' },
        },
      },
    },
    code: 'SEVERAL_HEADS',
    exit: 34,
    says: ['likes@0002_b', 'likes@0002_c', 'migrate:merge'],
  },
  {
    input: 'file name and id differ',
    plugins: { likes },
    spoil: (project) => renamed(project),
    code: 'REVISION_NAME_DIFFERS',
    exit: 13,
    says: ['0001_renamed.ts', 'likes@0001_create_like'],
  },
  {
    input: 'empty up',
    plugins: { likes: revision({ up: '  ' }) },
    code: 'REVISION_FIELD_INVALID',
    exit: 13,
    says: ['likes@0001_create_like', '`up`'],
  },
];

function revision(fields: object): PluginSketch {
  return { revisions: { '0001_create_like': { up: 'select 1', ...fields } } };
}

function twoCores(project: Project): void {
  const folder = 'plugins/likes/node_modules/@headwater/kernel';
  project.write(
    `${folder}/package.json`,
    JSON.stringify({ name: '@headwater/kernel', version: '9.9.9', headwater: { plugin: 'core' } }),
  );
}

function renamed(project: Project): void {
  const file = project.fileOf('likes@0001_create_like');
  project.write('plugins/likes/src/migrations/0001_renamed.ts', readFileSync(file, 'utf8'));
  rmSync(file);
}

describe('an invalid plugin', () => {
  it.each(rows)('is rejected before anything connects: $input, exit $exit', async (row) => {
    expect(await complaintAbout(row)).toContain('Nothing was written.');
  });

  it('that only the ledger reveals is rejected without changing the database', async () => {
    const { target: database, name } = await serverDatabase();
    const project = await makeProject({ plugins: { core, likes }, database });
    ok(await project.kernel('migrate:up'));
    const rowsOf = () => onServer(name, 'select * from kernel.ledger order by seq');
    const before = await rowsOf();
    const file = 'plugins/likes/src/migrations/0001_create_like.js';
    const written = readFileSync(join(project.cwd, file), 'utf8');
    project.write(file, written.replace('select 1', 'select 2'));
    project.write(
      'plugins/likes/src/migrations/0002_more.ts',
      written.replaceAll('0001_create_like', '0002_more').replace('revises: null', `revises: 'likes@0001_create_like'`),
    );
    const refusal = refusalIn(await project.kernel('migrate:up', '--json'));
    expect(refusal).toMatchObject({ code: 'REVISION_EDITED', exitCode: 15, written: 'Nothing was written.' });
    for (const command of ['migrate:plan', 'migrate:status', 'start']) {
      expect((await project.kernel(command)).code).toBe(15);
    }
    expect(await rowsOf()).toEqual(before);
  });
});
