import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { normalHash } from '../core/kernel/src/plugin/revision-hash.ts';
import { commandOf } from './installed-kernel.ts';
import type { Workload, WorkloadRevision } from './workload.ts';

/** The plugins to write, and their location. */
export interface PluginsToWrite {
  readonly workload: Workload;
  /** Deleted and recreated. */
  readonly directory: string;
  /** `plus1` includes the workload's extra revision. */
  readonly state: 'base' | 'plus1';
  /** Folder of the kernel that builds the plugins, installed in a `node_modules` above `directory`. */
  readonly kernel: string;
}

/**
 * Writes a workload as an application with its plugins installed. It has a config.json, with the database in
 * `DATABASE_URL`, and one package for each unit in `node_modules`, as npm would install it: with a manifest but without
 * sources. A lock file says that the revisions have been published before: proving thousands of them takes minutes, and
 * makes no difference to the manifest.
 */
export async function writePlugins({ workload, directory, state, kernel }: PluginsToWrite): Promise<void> {
  rmSync(directory, { recursive: true, force: true });
  const all = state === 'plus1' ? [...workload.revisions, workload.extra] : workload.revisions;
  const sources = join(directory, 'sources');
  // A unit depends only on earlier ones, and its build finds them where they are installed.
  for (const unit of workload.units) {
    const revisions = all.filter((revision) => revision.unit === unit);
    const fields = packageFields(unit, revisions);
    const folder = join(sources, unit);
    writeSources(folder, fields, revisions);
    writeJson(join(folder, 'revisions.lock.json'), await lockOf(revisions));
    buildPlugin(kernel, folder);
    install(folder, join(directory, 'node_modules', fields.name));
  }
  rmSync(sources, { recursive: true });
  const name = `headwater-bench-${workload.name}`;
  writeJson(join(directory, 'package.json'), { name, private: true, type: 'module' });
  writeJson(join(directory, 'config.json'), {
    database: '${DATABASE_URL}',
    core: nameOf('core'),
    plugins: Object.fromEntries(workload.units.filter((unit) => unit !== 'core').map((unit) => [unit, {}])),
  });
}

/** Writes a plugin's manifest with the command that authors use. */
function buildPlugin(kernel: string, folder: string): void {
  const built = spawnSync(process.execPath, [commandOf(kernel), 'plugin:build', folder], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (built.status !== 0)
    throw new Error(`kernel plugin:build ${folder} failed\n${built.stderr}`, { cause: built.error });
}

/** Returns a package name under which the kernel finds a plugin without `$package`. */
function nameOf(unit: string): string {
  return unit === 'core' ? 'headwater-bench-core' : `headwater-plugin-${unit}`;
}

interface PackageFields {
  readonly name: string;
  readonly headwater: { readonly plugin: string };
  readonly [field: string]: unknown;
}

function packageFields(unit: string, revisions: readonly WorkloadRevision[]): PackageFields {
  const others = new Set(revisions.flatMap(({ dependsOn }) => dependsOn.map((id) => id.split('@')[0] ?? id)));
  const peers = Array.from(others, (other) => [nameOf(other), '^1.0.0'] as const);
  return {
    name: nameOf(unit),
    version: '1.0.0',
    type: 'module',
    keywords: ['headwater-plugin'],
    headwater: { plugin: unit },
    files: ['dist'],
    exports: { '.': './dist/index.js' },
    peerDependencies: Object.fromEntries([['@headwater/kernel', '^1.0.0'], ...peers]),
  };
}

function writeSources(folder: string, fields: PackageFields, revisions: readonly WorkloadRevision[]): void {
  writeJson(join(folder, 'package.json'), fields);
  const { plugin } = fields.headwater;
  write(
    join(folder, 'dist', 'index.js'),
    `import { definePlugin } from '@headwater/kernel/plugin';\nexport default definePlugin({ name: '${plugin}' });\n`,
  );
  for (const revision of revisions) {
    write(join(folder, 'src', 'migrations', `${revision.slug}.ts`), sourceOf(revision));
  }
}

async function lockOf(revisions: readonly WorkloadRevision[]): Promise<object> {
  const entries = revisions.map(async ({ id, revises, dependsOn, statements }) => {
    const up = { kind: 'sql', text: statements.map((statement) => `${statement};`).join('\n') } as const;
    const edges = { revises: revises === null ? [] : [revises], dependsOn: dependsOn.toSorted() };
    return [id, { since: '1.0.0', normal: await normalHash({ id, ...edges, transaction: true, up }) }] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

function sourceOf({ id, revises, dependsOn, statements }: WorkloadRevision): string {
  const edges = dependsOn.length === 0 ? '' : `\n  dependsOn: ${JSON.stringify(dependsOn)},`;
  const text = statements.map((statement) => `\n    ${statement.replaceAll(/`|\$\{/g, '\\$&')};`).join('');
  return `import { defineRevision, sql } from '@headwater/kernel/plugin';

export default defineRevision({
  id: '${id}',
  revises: ${JSON.stringify(revises)},${edges}
  up: sql\`${text}
  \`,
});
`;
}

/** Installs the files that package.json's `files` names, as npm would. */
function install(folder: string, target: string): void {
  mkdirSync(target, { recursive: true });
  cpSync(join(folder, 'package.json'), join(target, 'package.json'));
  renameSync(join(folder, 'dist'), join(target, 'dist'));
}

function writeJson(file: string, value: unknown): void {
  write(file, `${JSON.stringify(value, null, 2)}\n`);
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
