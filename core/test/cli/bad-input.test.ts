import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { onServer } from '../../../test/helper/database.ts';
import { makeProject, type PluginSketch, type Project } from '../../../test/helper/project.ts';
import { complaintIn, ok, openTrap, refusalIn, serverDatabase } from './support.ts';

const core: PluginSketch = { revisions: { '0001_base': 'select 1' } };
const likes: PluginSketch = { revisions: { '0001_create_like': 'select 1' } };

/** What is wrong with a project, and what the refusal must be. */
interface Row {
  /** The input, as the documentation of what is refused has it. */
  readonly input: string;
  readonly plugins?: Readonly<Record<string, PluginSketch>>;
  /** Spoils the project. */
  readonly spoil?: (project: Project) => void;
  /** Default: `migrate:up`. */
  readonly command?: string;
  readonly code: string;
  readonly exit: number;
  readonly says: readonly (string | RegExp)[];
}

const text = (content: string | Buffer) => (project: Project) => project.write('config.json', content as string);
const plugin =
  (name: string, entry: object = {}) =>
  (project: Project) =>
    project.reconfigure((config) => (config.plugins[name] = entry));
const key = (name: string, value: unknown) => (project: Project) =>
  project.reconfigure((config) => (config[name] = value));

const rows: readonly Row[] = [
  {
    input: 'config missing',
    spoil: ({ config }) => rmSync(config),
    code: 'CONFIG_NOT_FOUND',
    exit: 10,
    says: ['config.json', 'working directory', '--config'],
  },
  {
    input: 'config a directory',
    command: 'migrate:up --config plugins',
    code: 'CONFIG_UNREADABLE',
    exit: 10,
    says: ['/plugins', 'directory', '--config'],
  },
  { input: 'empty', spoil: text(''), code: 'CONFIG_SYNTAX', exit: 10, says: [/config\.json:1:1: /] },
  {
    input: 'UTF-16',
    spoil: text(Buffer.from('\ufeff{}', 'utf16le')),
    code: 'CONFIG_SYNTAX',
    exit: 10,
    says: [/:1:1: .*UTF-16/],
  },
  {
    input: 'trailing comma',
    spoil: text('{\n  "plugins": {},\n}'),
    code: 'CONFIG_SYNTAX',
    exit: 10,
    says: [/config\.json:\d+:\d+: .*comma/],
  },
  {
    input: 'duplicate key',
    spoil: text('{ "database": "a",\n "database": "b" }'),
    code: 'CONFIG_KEY_DUPLICATE',
    exit: 10,
    says: [/:2:2: .*"database"/],
  },
  {
    input: 'wrong type',
    spoil: key('plugins', []),
    code: 'CONFIG_VALUE_INVALID',
    exit: 10,
    says: ['/plugins', /expected an object.*found/],
  },
  {
    input: 'unknown key',
    spoil: key('plugin', {}),
    code: 'CONFIG_KEY_UNKNOWN',
    exit: 10,
    says: ['/plugin', '"plugins"'],
  },
  {
    input: 'negative timeout',
    spoil: key('upgrade', { lockWait: -1 }),
    code: 'CONFIG_VALUE_INVALID',
    exit: 10,
    says: ['/upgrade/lockWait', /from 0/],
  },
  {
    input: '__proto__',
    spoil: text('{ "plugins": { "__proto__": {} } }'),
    code: 'CONFIG_KEY_RESERVED',
    exit: 10,
    says: ['/plugins/__proto__'],
  },
  {
    input: '${VAR} unset',
    spoil: key('database', '${NOT_SET_HERE}'),
    code: 'CONFIG_VARIABLE_UNSET',
    exit: 11,
    says: ['NOT_SET_HERE', '/database'],
  },
  {
    input: '${VAR} unclosed',
    spoil: key('database', '${NOT_SET_HERE'),
    code: 'CONFIG_VARIABLE_SYNTAX',
    exit: 11,
    says: ['NOT_SET_HERE', '/database'],
  },
  {
    input: 'malformed database URL',
    spoil: key('database', 'postgres://me:secret@host:port/db'),
    code: 'DATABASE_URL_INVALID',
    exit: 10,
    says: ['me', 'host', '***'],
  },
  {
    input: 'unsupported scheme',
    spoil: key('database', 'mysql://host/db'),
    code: 'DATABASE_URL_INVALID',
    exit: 10,
    says: ['mysql://', 'pglite://'],
  },
  {
    input: 'plugin name ../x',
    spoil: plugin('../x'),
    code: 'PLUGIN_NAME_INVALID',
    exit: 12,
    says: ['../x', '"likes"'],
  },
  {
    input: 'plugin name data:',
    spoil: plugin('data:text/javascript,0'),
    code: 'PLUGIN_NAME_INVALID',
    exit: 12,
    says: ['URL'],
  },
  { input: 'a look-alike letter', spoil: plugin('lіkes'), code: 'PLUGIN_NAME_INVALID', exit: 12, says: ['U+0456'] },
  {
    input: '$package out of the project',
    spoil: plugin('likes', { $package: './../../x' }),
    code: 'PLUGIN_PACKAGE_INVALID',
    exit: 12,
    says: ['/plugins/likes/$package', './../../x'],
  },
  {
    input: '$package node:fs',
    spoil: plugin('likes', { $package: 'node:fs' }),
    code: 'PLUGIN_PACKAGE_INVALID',
    exit: 12,
    says: ['node:fs'],
  },
  {
    input: 'package not installed',
    spoil: plugin('likes'),
    code: 'PLUGIN_NOT_FOUND',
    exit: 12,
    says: ['"likes"', 'npm install @headwater/plugin-likes'],
  },
  {
    input: 'no plugin export',
    plugins: { likes },
    spoil: (project) => project.write('plugins/likes/src/index.ts', 'export const likes = 1;'),
    command: 'start',
    code: 'PLUGIN_EXPORT_INVALID',
    exit: 12,
    says: ['@headwater/plugin-likes 1.0.0', 'definePlugin'],
  },
  {
    input: 'throws on import',
    plugins: { likes },
    spoil: (project) => project.write('plugins/likes/src/index.ts', `throw new Error('first line\\nsecond');`),
    command: 'start',
    code: 'PLUGIN_LOAD_FAILED',
    exit: 12,
    says: ['@headwater/plugin-likes 1.0.0', '"import"', 'first line', /^(?!.*second)/s],
  },
  {
    input: 'two copies of core',
    plugins: { likes },
    spoil: twoCores,
    code: 'CORE_DUPLICATE',
    exit: 14,
    says: ['"likes"', '9.9.9', 'npm ls @headwater/core'],
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
    spoil: plugin('likes', { $enabled: false }),
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
  const folder = 'plugins/likes/node_modules/@headwater/core';
  project.write(
    `${folder}/package.json`,
    JSON.stringify({ name: '@headwater/core', version: '9.9.9', headwater: { plugin: 'core' } }),
  );
}

function renamed(project: Project): void {
  const file = project.fileOf('likes@0001_create_like');
  project.write('plugins/likes/src/migrations/0001_renamed.ts', readFileSync(file, 'utf8'));
  rmSync(file);
}

describe('bad input', () => {
  it.each(rows)('is refused before anything connects: $input, exit $exit', async (row) => {
    const { plugins = {}, spoil, command = 'migrate:up', code, exit, says } = row;
    const trap = await openTrap();
    const project = await makeProject({ plugins: { core, ...plugins }, database: trap.url });
    spoil?.(project);
    const shown = complaintIn(await project.kernel(...command.split(' ')), exit);
    expect(shown).toContain(`error ${code}: `);
    for (const part of says) {
      if (typeof part === 'string') expect(shown).toContain(part);
      else expect(shown).toMatch(part);
    }
    expect(shown).toContain('Nothing was written.');
    expect(trap.calls()).toBe(0);
  });

  it('leaves the database untouched where only the ledger tells', async () => {
    const { target: database, name } = await serverDatabase();
    const project = await makeProject({ plugins: { core, likes }, database });
    ok(await project.kernel('migrate:up'));
    const rowsOf = () => onServer(name, 'select * from kernel.ledger order by seq');
    const before = await rowsOf();
    const file = 'plugins/likes/src/migrations/0001_create_like.ts';
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
