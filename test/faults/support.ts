import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject } from 'vitest';
import { openSession, type Session } from '../../core/kernel/src/db/session.ts';
import type { DatabaseTarget } from '../../core/kernel/src/config/config.ts';
import { dumpSchema } from '../helper/schema-dump.ts';
import { installedKernel, installedPackage } from '../helper/installed-packages.ts';
import { runKernel } from '../helper/kernel-process.ts';
import { urlOf } from '../helper/database.ts';

const workspace = join(import.meta.dirname, '../..');

/** A password-like value that no output, log or row may ever hold. */
export const canary = 'canary-7f3a91';

/**
 * An application for fault trials: every kind of step, and effects that show when they happen twice. Each revision adds
 * a line to `effect`, which has no key on purpose.
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
      `revises: null, dependsOn: ['core@0002_object'], up: sql\`create table item (id int, o int references object, m mood); insert into effect values ('alpha1');\``.replace(
        `'core@0002_object'`,
        `'core@0002_object', 'core@0003_mood'`,
      ),
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

/** A project on disk. */
export interface Project {
  readonly cwd: string;
  readonly bin: string;
  /** Where a revision's file is. */
  readonly fileOf: (plugin: string, slug: string) => string;
}

/** Writes the project, run by the kernel that is installed for the tests or by the mutant at `bin`. */
export function faultProject(
  target: DatabaseTarget,
  bin: string = join(installedKernel(inject('scratch')), 'bin/kernel.js'),
): Project {
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
        headwater: { plugin: name },
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

/** The same project with its plugins built, as those are that npm installs: nothing of them is imported to plan. */
export async function builtFaultProject(target: DatabaseTarget): Promise<Project> {
  built ??= buildPlugins(faultProject(target));
  const from = await built;
  const project = faultProject(target);
  for (const name of Object.keys(revisions)) {
    rmSync(join(project.cwd, 'plugins', name), { recursive: true });
    cpSync(join(from.cwd, 'plugins', name), join(project.cwd, 'plugins', name), { recursive: true });
  }
  return project;
}

/** Built once, then copied: it is the same whatever the database. */
let built: Promise<Project> | null = null;

async function buildPlugins(project: Project): Promise<Project> {
  for (const name of Object.keys(revisions)) {
    const folder = join(project.cwd, 'plugins', name);
    cpSync(join(folder, 'src'), join(folder, 'dist'), { recursive: true });
    const done = await runKernel(['plugin:build', folder], { cwd: project.cwd, bin: project.bin });
    expect(done, done.stdout + done.stderr).toMatchObject({ code: 0 });
    rmSync(join(folder, 'src'), { recursive: true });
  }
  return project;
}

/** A process that boots projects of built plugins, several at once if asked, by the kernel that is installed for the tests. */
export interface Booter extends Disposable {
  /** Gives the ids that were applied. Throws where the boot failed. */
  readonly boot: (project: Project) => Promise<readonly string[]>;
}

/** Starts a {@link Booter}: a boot that needs no process of its own takes a third of the time there. */
export function startBooter(): Booter {
  const child = fork(join(import.meta.dirname, 'booter.ts'), [installedKernel(inject('scratch'))], { execArgv: [] });
  const waiting = new Map<string, (answer: Answer) => void>();
  child.on('message', (answer: Answer) => waiting.get(answer.cwd)?.(answer));
  child.on('exit', () => waiting.forEach((answer, cwd) => answer({ cwd, failed: 'the booter has ended' })));
  return {
    async boot({ cwd }) {
      const answer = await new Promise<Answer>((resolve) => {
        waiting.set(cwd, resolve);
        child.send(cwd);
      });
      waiting.delete(cwd);
      expect(answer.failed).toBe(undefined);
      return answer.applied ?? [];
    },
    [Symbol.dispose]: () => void child.kill(),
  };
}

interface Answer {
  readonly cwd: string;
  readonly applied?: readonly string[];
  readonly failed?: string;
}

/** Points the project's config at another database URL. */
export function pointAt({ cwd }: Project, database: string): void {
  const file = join(cwd, 'config.json');
  const config = JSON.parse(readFileSync(file, 'utf8')) as object;
  writeFileSync(file, JSON.stringify({ ...config, database }));
}

/** All ids of the project, and every effect that must be there exactly once. */
export const allIds: readonly string[] = Object.entries(revisions).flatMap(([name, list]) =>
  list.map(([slug]) => `${name}@${slug}`),
);
const effects = ['alpha1', 'alpha2', 'alpha3', 'beta1', 'beta3', 'core1', 'core2', 'core3', 'core4'];

/** What is the same after every undisturbed boot. */
export interface Outcome {
  readonly catalog: readonly string[];
  readonly effects: readonly string[];
  readonly items: number;
}

/** Reads the outcome and checks the oracles that need no comparison. */
export async function checkOracles(target: DatabaseTarget): Promise<Outcome> {
  const session = await openSession(target);
  try {
    const rows = await session.query<{ id: string; needs: readonly string[] }>(
      `select plugin || '@' || slug as id, revises || depends_on as needs from kernel.ledger order by seq`,
    );
    const seen = new Set<string>();
    for (const row of rows) {
      expect(
        row.needs.filter((id) => !seen.has(id)),
        `${row.id} was written before what it needs`,
      ).toEqual([]);
      expect(seen.has(row.id), `${row.id} is in the ledger twice`).toBe(false);
      seen.add(row.id);
    }
    expect([...seen].toSorted()).toEqual(allIds.toSorted());
    const found = await session.query<{ id: string }>('select id from effect order by id');
    expect(
      found.map((row) => row.id),
      'effects',
    ).toEqual(effects);
    await assertUnique(session);
    if (session.kind === 'postgres') await assertNothingLeft(session);
    const catalog = await dumpSchema((text) => session.query(text));
    expect(catalog.filter((line) => line.includes('INVALID'))).toEqual([]);
    const [items] = await session.query<{ n: number }>(`select count(*)::int as n from item where m = 'bad'`);
    const all = JSON.stringify(await session.query('select * from kernel.ledger'));
    expect(all).not.toContain(canary);
    return { catalog, effects, items: items?.n ?? -1 };
  } finally {
    await session.close();
  }
}

/** The ledger itself refuses a second row, whatever the protocol above it does. */
async function assertUnique(session: Session): Promise<void> {
  const columns =
    'plugin, slug, revises, depends_on, replaces, raw, breaking, up, down, package, package_version, run_id, attempt_id, duration_ms';
  const again = session.script(
    `begin; insert into kernel.ledger (${columns}) select ${columns} from kernel.ledger limit 1; rollback`,
  );
  await expect(again, 'the ledger takes a second row of one revision').rejects.toMatchObject({ code: '23505' });
}

/** Within 5 s: no advisory lock, no open transaction, no temporary object of ours. */
async function assertNothingLeft(session: Session): Promise<void> {
  for (let round = 0; ; round += 1) {
    const [left] = await session.query<{ locks: number; open: number; temporary: number }>(
      `select
        (select count(*)::int from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())) as locks,
        (select count(*)::int from pg_stat_activity where datname = current_database() and state like 'idle in transaction%') as open,
        (select count(*)::int from pg_class where relpersistence = 't') as temporary`,
    );
    if (left?.locks === 0 && left.open === 0 && left.temporary === 0) return;
    expect(round, `left behind: ${JSON.stringify(left)}`).toBeLessThan(50);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** A kernel with one thing broken on purpose, to prove that the trials can fail. */
export function mutant(name: string, file: string, from: string | RegExp, to: string): string {
  const directory = join(inject('memory'), `mutant-${name}-${randomBytes(4).toString('hex')}`);
  for (const part of ['bin', 'src', 'package.json']) {
    cpSync(join(workspace, 'core/kernel', part), join(directory, part), { recursive: true });
  }
  symlinkSync(join(workspace, 'node_modules'), join(directory, 'node_modules'));
  const path = join(directory, 'src', file);
  const text = readFileSync(path, 'utf8');
  const mutated = text.replace(from, () => to);
  if (mutated === text) throw new Error(`the mutant «${name}» has nothing to change in ${file}: update it`);
  writeFileSync(path, mutated);
  return join(directory, 'bin/kernel.js');
}
