import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { openSession } from '../../core/kernel/src/db/session.ts';
import type { DatabaseTarget } from '../../core/kernel/src/config/config.ts';
import { dumpSchema } from '../helper/schema-dump.ts';
import { databaseKinds, emptyDatabase } from '../helper/database.ts';
import { runKernel, type Finished } from '../helper/kernel-process.ts';
import { faultProject, type FaultProject } from './fault-project.ts';
import { mutant } from './mutant.ts';

/** Returns everything that an upgrade could change. */
async function everything(target: DatabaseTarget): Promise<string> {
  const session = await openSession(target);
  try {
    const ledger = await session.query('select * from kernel.ledger order by seq');
    const effects = await session.query('select * from effect order by id');
    return JSON.stringify([ledger, effects, await dumpSchema((text) => session.query(text))]);
  } finally {
    await session.close();
  }
}

describe.each(databaseKinds)('an applied revision on %s', (kind) => {
  let target: DatabaseTarget;
  let project: FaultProject;
  let before: string;

  beforeAll(async () => {
    target = await emptyDatabase(kind);
    project = faultProject(target);
    const done = await runKernel(['migrate:up', '--json'], { cwd: project.cwd });
    expect(done, done.stdout + done.stderr).toMatchObject({ code: 0 });
    before = await everything(target);
  });

  /** Upgrades after `edit`, then restores the files. `edit` returns the files that it added. */
  async function upgradeWith(edit: (project: FaultProject) => readonly string[]): Promise<Finished> {
    const files = [
      project.fileOf('core', '0002_object'),
      project.fileOf('core', '0003_mood'),
      project.fileOf('core', '0004_bad'),
      project.fileOf('alpha', '0002_code'),
      project.fileOf('alpha', '0003_use'),
    ].map((path) => ({ path, text: readFileSync(path, 'utf8') }));
    const added = edit(project);
    try {
      return await runKernel(['migrate:up', '--json'], { cwd: project.cwd });
    } finally {
      for (const path of added) rmSync(path, { force: true });
      for (const { path, text } of files) writeFileSync(path, text);
    }
  }

  const change =
    (plugin: string, slug: string, from: string | RegExp, to: string) =>
    (p: FaultProject): readonly string[] => {
      const path = p.fileOf(plugin, slug);
      const text = readFileSync(path, 'utf8');
      const changed = text.replace(from, to);
      if (changed === text) throw new Error('the edit has no effect');
      writeFileSync(path, changed);
      return [];
    };

  const harmful: readonly (readonly [string, string, (p: FaultProject) => readonly string[]])[] = [
    ['edited', 'REVISION_EDITED', change('core', '0002_object', 'id int primary key', 'id bigint primary key')],
    ['edited in a string', 'REVISION_EDITED', change('core', '0002_object', `'core2'`, `'core 2'`)],
    ['given another dependency', 'REVISION_EDITED', change('alpha', '0003_use', `'core@0004_bad'`, `'core@0003_mood'`)],
    ['given another version of its code', 'REVISION_EDITED', change('alpha', '0002_code', 'version: 1', 'version: 2')],
    [
      'reordered',
      'REVISION_EDITED',
      (p) => {
        change('core', '0002_object', `revises: 'core@0001_first'`, `revises: 'core@0003_mood'`)(p);
        change('core', '0003_mood', `revises: 'core@0002_object'`, `revises: 'core@0001_first'`)(p);
        change('core', '0004_bad', `revises: 'core@0003_mood'`, `revises: 'core@0002_object'`)(p);
        return [];
      },
    ],
    [
      'deleted from the middle of its branch',
      'REVISION_DELETED',
      (p) => {
        rmSync(p.fileOf('core', '0003_mood'));
        change('core', '0004_bad', `revises: 'core@0003_mood'`, `revises: 'core@0002_object'`)(p);
        change('alpha', '0001_item', `, 'core@0003_mood'`, '')(p);
        return [];
      },
    ],
    [
      'renamed',
      'HISTORY_DIVERGED',
      (p) => {
        const [from, to] = [p.fileOf('alpha', '0003_use'), p.fileOf('alpha', '0003_apply')];
        renameSync(from, to);
        writeFileSync(to, readFileSync(to, 'utf8').replace('alpha@0003_use', 'alpha@0003_apply'));
        return [to];
      },
    ],
  ];
  // The comparison does not depend on the database, so on PGlite one edit for each error code is enough.
  const refused = harmful.filter(
    ([, code], i) => kind === 'postgres' || i === harmful.findIndex((other) => other[1] === code),
  );

  it.each(refused)('F-34: that was %s is refused with exit code 15, and nothing is written', async (_, code, edit) => {
    const alpha1 = project.fileOf('alpha', '0001_item');
    const kept = readFileSync(alpha1, 'utf8');
    const done = await upgradeWith(edit);
    writeFileSync(alpha1, kept);
    expect(done, done.stdout + done.stderr).toMatchObject({ code: 15 });
    expect(done.json()).toMatchObject({ error: { code } });
    expect(await everything(target)).toBe(before);
  });

  const harmless: readonly (readonly [string, (p: FaultProject) => readonly string[]])[] = [
    ['line endings', change('core', '0002_object', /; /g, ';\r\n')],
    ['a licence header', change('core', '0002_object', /^/, '/* Copyright the authors. MIT. */\n')],
    ['a byte order mark', change('core', '0002_object', /^/, '\ufeff')],
    ['SQL comments', change('core', '0003_mood', 'create type mood', '-- how one feels\ncreate /* a */ type mood')],
    [
      'formatting',
      change(
        'core',
        '0002_object',
        'create table object (id int primary key);',
        'CREATE TABLE\n  Object (\n    id int PRIMARY KEY\n  )  ;',
      ),
    ],
    [
      'edits to code under the same version',
      change('alpha', '0002_code', 'generate_series(1, 20)', 'generate_series(1, 21)'),
    ],
    [
      'another language',
      (p) => {
        const [from, to] = [p.fileOf('core', '0004_bad'), p.fileOf('core', '0004_bad').replace(/js$/, 'ts')];
        writeFileSync(to, `const four: number = 4;\n${readFileSync(from, 'utf8')}\nexport type Four = typeof four;\n`);
        rmSync(from);
        return [to];
      },
    ],
  ];
  const atOnce = [['all of them at once', (p: FaultProject) => harmless.flatMap(([, edit]) => edit(p))]] as const;

  // On PGlite, one boot with all edits is enough.
  it.each(kind === 'postgres' ? harmless : atOnce)('F-35: %s are not drift', async (_, edit) => {
    const fine = await upgradeWith(edit);
    expect(fine, fine.stdout + fine.stderr).toMatchObject({ code: 0 });
    expect(fine.json()).toMatchObject({ applied: [] });
  });

  it('detects a kernel that does not compare hashes', async () => {
    const bin = mutant('no-hash', 'plan/ledger-check.ts', 'if (revision.raw !== row.raw) differing.push(row.id);', '');
    const careless = faultProject(target, bin);
    change('core', '0002_object', 'id int primary key', 'id bigint primary key')(careless);
    // This kernel runs the upgrade, while the tests above expect a refusal.
    expect(await runKernel(['migrate:up', '--json'], { cwd: careless.cwd, bin })).toMatchObject({ code: 0 });
  });
});
