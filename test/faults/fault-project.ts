import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject } from 'vitest';
import type { DatabaseTarget } from '../../core/kernel/src/config/config.ts';
import { urlOf } from '../helper/database.ts';
import { installedKernel, installedPackage } from '../helper/installed-packages.ts';
import { runKernel } from '../helper/kernel-process.ts';

/**
 * The plugins of the project: every kind of step, with effects that show whether a step took effect twice. Each
 * revision adds a row to `effect`, which deliberately has no key.
 */
const revisions: Readonly<Record<string, readonly (readonly [slug: string, body: string])[]>> = {
  core: [
    [
      '0001_first',
      `revises: null, up: sql\`create table effect (id text not null); insert into effect values ('core1');\``,
    ],
    [
      '0002_object',
      `revises: 'core@0001_first', up: sql\`create table object (id int primary key); insert into effect values ('core2');\``,
    ],
    [
      '0003_mood',
      `revises: 'core@0002_object', up: sql\`create type mood as enum ('good'); insert into effect values ('core3');\``,
    ],
    [
      '0004_bad',
      `revises: 'core@0003_mood', up: sql\`alter type mood add value 'bad'; insert into effect values ('core4');\``,
    ],
  ],
  alpha: [
    [
      '0001_item',
      `revises: null, dependsOn: ['core@0002_object', 'core@0003_mood'], up: sql\`create table item (id int, o int references object, m mood); insert into effect values ('alpha1');\``,
    ],
    [
      '0002_code',
      `revises: 'alpha@0001_item', version: 1, up: async ({ query, sql }) => {
      await query(sql\`insert into object select generate_series(1, 20)\`);
      await query(sql\`insert into item select id, id from object\`);
      await query(sql\`insert into effect values ('alpha2')\`);
    }`,
    ],
    [
      '0003_use',
      `revises: 'alpha@0002_code', dependsOn: ['core@0004_bad'], up: sql\`update item set m = 'bad'; insert into effect values ('alpha3');\``,
    ],
  ],
  beta: [
    [
      '0001_part',
      `revises: null, dependsOn: ['alpha@0001_item'], up: sql\`create table part (id int); insert into effect values ('beta1');\``,
    ],
    [
      '0002_index',
      `revises: 'beta@0001_part', transaction: false,
      up: sql\`create index concurrently part_id on part (id)\`,
      check: sql\`select coalesce((select indisvalid from pg_index where indexrelid = to_regclass('part_id')), false)\``,
    ],
    [
      '0003_after',
      `revises: 'beta@0002_index', up: sql\`alter table part add column n int; insert into effect values ('beta3');\``,
    ],
  ],
};

const peers: Readonly<Record<string, readonly string[]>> = { core: [], alpha: ['core'], beta: ['core', 'alpha'] };

/** Ids of all revisions of the project. */
export const allIds: readonly string[] = Object.entries(revisions).flatMap(([name, list]) =>
  list.map(([slug]) => `${name}@${slug}`),
);

/** The rows of `effect` after an upgrade: one for each revision that can write one. */
export const expectedEffects: readonly string[] = [
  'alpha1',
  'alpha2',
  'alpha3',
  'beta1',
  'beta3',
  'core1',
  'core2',
  'core3',
  'core4',
];

/** A project for fault trials, on disk. */
export interface FaultProject {
  readonly cwd: string;
  /** Path of the command that runs it. */
  readonly bin: string;
  /** Returns the file of a revision. */
  readonly fileOf: (plugin: string, slug: string) => string;
}

/** Writes the project. It is run by the installed kernel, or by the mutant at `bin`. */
export function faultProject(
  target: DatabaseTarget,
  bin: string = join(installedKernel(inject('scratch')), 'bin/kernel.js'),
): FaultProject {
  const cwd = join(inject('scratch'), `fault-${randomBytes(6).toString('hex')}`);
  const write = (path: string, text: string): void => {
    mkdirSync(join(cwd, path, '..'), { recursive: true });
    writeFileSync(join(cwd, path), text);
  };
  write('package.json', JSON.stringify({ name: 'fault', private: true, type: 'module' }));
  mkdirSync(join(cwd, 'node_modules/@headwater'), { recursive: true });
  symlinkSync(join(bin, '../..'), join(cwd, 'node_modules/@headwater/kernel'));
  symlinkSync(installedPackage(inject('scratch'), 'dev'), join(cwd, 'node_modules/@headwater/dev'));
  for (const [name, list] of Object.entries(revisions)) {
    const needs = Object.fromEntries((peers[name] ?? []).map((peer) => [`fault-${peer}`, '^1.0.0']));
    write(
      `plugins/${name}/package.json`,
      JSON.stringify({
        name: `fault-${name}`,
        version: '1.0.0',
        type: 'module',
        // The revisions of every plugin record their effects in tables of core.
        headwater: { plugin: name, ...(name === 'core' && { openTables: ['effect', 'object'] }) },
        peerDependencies: { '@headwater/kernel': '^1.0.0', ...needs },
        exports: {
          '.': { 'headwater-source': './src/index.js', default: './dist/index.js' },
          './package.json': './package.json',
        },
      }),
    );
    write(
      `plugins/${name}/src/index.js`,
      `import { definePlugin } from '@headwater/kernel/plugin';\nexport default definePlugin({ name: '${name}' });\n`,
    );
    for (const [slug, body] of list) {
      write(
        `plugins/${name}/src/migrations/${slug}.js`,
        `import { defineRevision, sql } from '@headwater/kernel/plugin';\n\nexport default defineRevision({\n  id: '${name}@${slug}',\n  ${body},\n});\n`,
      );
    }
    symlinkSync(join(cwd, 'plugins', name), join(cwd, `node_modules/fault-${name}`));
  }
  write(
    'config.json',
    JSON.stringify({
      database: urlOf(target),
      core: './plugins/core',
      plugins: { alpha: { $package: './plugins/alpha' }, beta: { $package: './plugins/beta' } },
      upgrade: { lockWait: 60 },
    }),
  );
  return { cwd, bin, fileOf: (plugin, slug) => join(cwd, `plugins/${plugin}/src/migrations/${slug}.js`) };
}

/** Writes the project with built plugins, like plugins from npm: planning imports none of their code. */
export async function builtFaultProject(target: DatabaseTarget): Promise<FaultProject> {
  built ??= buildPlugins(faultProject(target));
  const from = await built;
  const project = faultProject(target);
  for (const name of Object.keys(revisions)) {
    rmSync(join(project.cwd, 'plugins', name), { recursive: true });
    cpSync(join(from.cwd, 'plugins', name), join(project.cwd, 'plugins', name), { recursive: true });
  }
  return project;
}

/** Built once and then copied, since the build does not depend on the database. */
let built: Promise<FaultProject> | null = null;

async function buildPlugins(project: FaultProject): Promise<FaultProject> {
  for (const name of Object.keys(revisions)) {
    const folder = join(project.cwd, 'plugins', name);
    cpSync(join(folder, 'src'), join(folder, 'dist'), { recursive: true });
    const done = await runKernel(['plugin:build', folder], { cwd: project.cwd, bin: project.bin });
    expect(done, done.stdout + done.stderr).toMatchObject({ code: 0 });
    rmSync(join(folder, 'src'), { recursive: true });
  }
  return project;
}

/** Changes the database in the config of the project. */
export function setDatabase(project: FaultProject, database: string): void {
  changeConfig(project, { database });
}

/** Changes the time limits in the config of the project. */
export function setUpgrade(project: FaultProject, upgrade: object): void {
  changeConfig(project, { upgrade });
}

/** Writes another config of the project, with the plugins `active` besides core, and returns its path. */
export function writeConfigOf({ cwd }: FaultProject, active: readonly string[], name: string): string {
  const { plugins, ...others } = JSON.parse(readFileSync(join(cwd, 'config.json'), 'utf8')) as { plugins: object };
  const chosen = Object.fromEntries(Object.entries(plugins).filter(([plugin]) => active.includes(plugin)));
  writeFileSync(join(cwd, name), JSON.stringify({ ...others, plugins: chosen }));
  return join(cwd, name);
}

function changeConfig({ cwd }: FaultProject, changes: object): void {
  const file = join(cwd, 'config.json');
  const config = JSON.parse(readFileSync(file, 'utf8')) as object;
  writeFileSync(file, JSON.stringify({ ...config, ...changes }));
}
