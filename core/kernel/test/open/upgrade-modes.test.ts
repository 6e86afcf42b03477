import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { databaseKinds, emptyDatabase, urlOf, type DatabaseKind } from '../../../../test/helper/database.ts';
import type { DefinedRevision } from '../../src/contract/define-revision.ts';
import { open, type Kernel } from '../../src/open/open.ts';
import type { HostConfig } from '../../src/open/open-options.ts';
import { revision, shop, text } from './support.ts';

/** Opens a kernel, on the same database with each config. */
async function reopener(kind: DatabaseKind): Promise<(upgrade: HostConfig['upgrade']) => Promise<Kernel>> {
  const database = urlOf(await emptyDatabase(kind));
  let kernel: Kernel | null = null;
  onTestFinished(() => kernel?.close());
  return async (upgrade = {}) => {
    await kernel?.close();
    kernel = await open({ config: { database, upgrade }, plugins: shop });
    return kernel;
  };
}

describe.each(databaseKinds)('a start on %s', (kind) => {
  it('applies what is pending, only checks that nothing is, or leaves that to others', async () => {
    const openWith = await reopener(kind);
    const checking = await openWith({ mode: 'check' });
    await expect(checking.start()).rejects.toMatchObject({
      code: 'UPGRADE_PENDING',
      exitCode: 3,
      written: 'Nothing was written.',
      details: { revisions: ['users@0001_person', 'shop@0001_order', 'shop@0002_total'] },
    });
    const off = await openWith({ mode: 'off' });
    const started = await off.start();
    expect(started.report.applied).toEqual([]);
    await started.stop();
    expect(await off.runs()).toEqual([]);
    // A function that upgrades does so in every mode.
    expect((await off.upgrade({ to: 'users' })).applied).toEqual(['users@0001_person']);
    await expect((await openWith({ mode: 'check' })).start()).rejects.toMatchObject({ code: 'UPGRADE_PENDING' });
    const usual = await (await openWith({})).start();
    expect(usual.report.applied).toEqual(['shop@0001_order', 'shop@0002_total']);
    await usual.stop();
    await (await (await openWith({ mode: 'check' })).start()).stop();
  });
});

/** A branch whose second and fourth revisions are breaking, the fourth one also outside a transaction. */
const breaking: readonly DefinedRevision[] = [
  revision('users@0001_person', 'create table person (id int primary key, nick text)', { breaking: true }),
  revision('users@0002_nick', 'alter table person drop column nick', { revises: 'users@0001_person', breaking: true }),
  revision('users@0003_name', 'alter table person add column name text', { revises: 'users@0002_nick' }),
  revision('users@0004_index', 'create unique index concurrently person_name on person (name)', {
    revises: 'users@0003_name',
    breaking: true,
    transaction: false,
    check: text(
      "select coalesce((select indisvalid from pg_index where indexrelid = to_regclass('person_name')), false)",
    ),
  }),
];

interface Breaking {
  readonly kernel: Kernel;
  /** The lines that the command has written. */
  readonly lines: () => readonly string[];
}

/** A database with the first revision, and a kernel whose command gets a file to write lines to. */
async function withCommand(
  kind: DatabaseKind,
  command: (file: string) => string,
  upgrade: HostConfig['upgrade'] = {},
): Promise<Breaking> {
  const database = urlOf(await emptyDatabase(kind));
  const file = join(mkdtempSync(join(inject('memory'), 'command-')), 'lines');
  const config = { database, upgrade: { beforeBreaking: command(file), ...upgrade } };
  const first = await open({ config, plugins: { users: { revisions: breaking.slice(0, 1) } } });
  await first.upgrade();
  await first.close();
  expect(existsSync(file), 'a fresh database has nothing to save').toBe(false);
  const kernel = await open({ config, plugins: { users: { revisions: breaking } } });
  onTestFinished(() => kernel.close());
  const lines = (): readonly string[] =>
    existsSync(file)
      ? readFileSync(file, 'utf8')
          .split('\n')
          .filter((line) => line !== '')
      : [];
  return { kernel, lines };
}

describe.each(databaseKinds)('the command of upgrade.beforeBreaking on %s', (kind) => {
  it('runs before each breaking revision of a database that is not fresh', async () => {
    const { kernel, lines } = await withCommand(
      kind,
      (file) => `echo "$HEADWATER_REVISION $HEADWATER_RUN" >> '${file}'`,
    );
    const waits: string[] = [];
    const { runId, applied } = await kernel.upgrade({ observer: { waits: (why) => void waits.push(why) } });
    expect(applied).toHaveLength(3);
    expect(lines()).toEqual([`users@0002_nick ${runId}`, `users@0004_index ${runId}`]);
    expect(waits.filter((why) => why === 'command')).toHaveLength(2);
  });

  it('stops the upgrade if it fails, before anything of the revision is written', async () => {
    const { kernel, lines } = await withCommand(
      kind,
      (file) => `echo tried >> '${file}'; echo 'no space left' >&2; test "$HEADWATER_REVISION" = users@0002_nick`,
    );
    await expect(kernel.upgrade()).rejects.toMatchObject({
      code: 'UPGRADE_COMMAND_FAILED',
      exitCode: 31,
      message:
        'The command of "upgrade.beforeBreaking" failed before the breaking revision "users@0004_index": exit code 1. ' +
        'It printed: no space left',
      written: 'Nothing of this revision was written; the 2 revisions before it stay applied.',
    });
    expect((await kernel.status()).pending).toEqual(['users@0004_index']);
    expect(lines()).toEqual(['tried', 'tried']);
    // The lock is free again.
    await expect(kernel.upgrade()).rejects.toMatchObject({ code: 'UPGRADE_COMMAND_FAILED' });
  });

  it('may run for upgrade.codeTimeout seconds, and ends when the upgrade is cancelled', async () => {
    const { kernel } = await withCommand(kind, () => 'exec sleep 30', { codeTimeout: 0.2 });
    await expect(kernel.upgrade()).rejects.toMatchObject({
      code: 'UPGRADE_COMMAND_FAILED',
      details: { reason: 'it ran longer than 0.2 s' },
    });
    const patient = await withCommand(kind, (file) => `echo $$ > '${file}'; exec sleep 30`);
    const controller = new AbortController();
    const upgraded = patient.kernel.upgrade({ signal: controller.signal });
    await expect.poll(() => patient.lines(), { timeout: 20_000 }).toHaveLength(1);
    controller.abort();
    await expect(upgraded).rejects.toMatchObject({ code: 'CANCELLED', details: { applied: [] } });
    const pid = Number(patient.lines()[0]);
    await expect.poll(() => isRunning(pid), { timeout: 20_000 }).toBe(false);
  });
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
