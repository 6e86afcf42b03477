import { describe, expect, it, onTestFinished } from 'vitest';
import { databaseKinds, emptyDatabase, onServer, urlOf, type DatabaseKind } from '../../../../test/helper/database.ts';
import { hasPgbouncer, pgbouncerSkipReason, startPgbouncer } from '../../../../test/helper/pgbouncer.ts';
import type { DatabaseTarget } from '../../src/config/config.ts';
import { openSession } from '../../src/db/session.ts';
import { nodeOutcome, type Diagnosis, type DiagnosisFinding } from '../../src/open/diagnosis.ts';
import { open, type Kernel } from '../../src/open/open.ts';
import type { HostConfig, OpenOptions } from '../../src/open/open-options.ts';
import { revision, shop } from './support.ts';

/** Opens a kernel on a database, until the end of the test. */
async function kernelOn(
  database: string | NonNullable<HostConfig['database']>,
  plugins: OpenOptions['plugins'] = shop,
  upgrade: HostConfig['upgrade'] = {},
): Promise<Kernel> {
  const kernel = await open({ config: { database, upgrade }, plugins });
  onTestFinished(() => kernel.close());
  return kernel;
}

async function run(target: DatabaseTarget, text: string): Promise<void> {
  const session = await openSession(target);
  try {
    await session.script(text);
  } finally {
    await session.close();
  }
}

/** The findings of the checks, except that the role of the test server is a superuser. */
function findingsOf({ checks }: Diagnosis): readonly DiagnosisFinding[] {
  return checks.flatMap(({ findings }) => findings).filter(({ message }) => !message.includes('is a superuser'));
}

async function upgraded(kind: DatabaseKind): Promise<DatabaseTarget> {
  const target = await emptyDatabase(kind);
  const kernel = await open({ config: { database: urlOf(target) }, plugins: shop });
  await kernel.upgrade();
  await kernel.close();
  return target;
}

describe.each(databaseKinds)('a diagnosis on %s', (kind) => {
  it('finds nothing in a sound application, and writes nothing', async () => {
    const target = await upgraded(kind);
    const kernel = await kernelOn(urlOf(target));
    const before = await kernel.objects();
    const diagnosis = await kernel.diagnose();
    expect(findingsOf(diagnosis)).toEqual([]);
    expect(diagnosis.checks.map(({ name }) => name)).toEqual([
      'node',
      'packages',
      'plugins',
      'connection',
      'server',
      'grants',
      'pooler',
      'lock',
      'ddl',
      'indexes',
      'rows',
      'drift',
      'ledger',
    ]);
    const skipped = diagnosis.checks.filter((check) => check.skipped !== null).map(({ name }) => name);
    expect(skipped).toEqual(kind === 'pglite' ? ['grants', 'pooler'] : []);
    expect(await kernel.objects()).toEqual(before);
  });

  it('warns of pending revisions in a new database, which has no ledger yet', async () => {
    const kernel = await kernelOn(urlOf(await emptyDatabase(kind)));
    expect(findingsOf(await kernel.diagnose())).toEqual([
      {
        severity: 'warning',
        code: null,
        message: 'Pending: users@0001_person and 2 more. The next start applies them.',
        fix: 'npx kernel migrate:up',
        exitCode: 3,
      },
    ]);
  });

  it('finds an invalid index, lost rows of the ledger and an edited revision, all at once', async () => {
    const target = await upgraded(kind);
    await run(
      target,
      `create index broken on shop_order (total);
      update pg_index set indisvalid = false where indexrelid = 'broken'::regclass;
      delete from kernel.ledger where slug = '0002_total'`,
    );
    const edited = {
      ...shop,
      users: { revisions: [revision('users@0001_person', 'create table person (id bigint)')] },
    };
    const found = findingsOf(await (await kernelOn(urlOf(target), edited)).diagnose());
    expect(found.map(({ severity, code, exitCode }) => [severity, code, exitCode])).toEqual([
      ['error', null, 32],
      ['error', 'LEDGER_DAMAGED', 15],
      ['error', 'REVISION_EDITED', 15],
      ['warning', null, 3],
    ]);
    expect(found[0]).toMatchObject({
      message: 'The index broken of shop_order is invalid: no query uses it, but every write maintains it.',
      fix: 'reindex index concurrently "public"."broken";',
    });
  });

  it('reports a run that was killed', async () => {
    const target = await upgraded(kind);
    await run(target, 'update kernel.run set ended_at = null, outcome = null');
    expect(findingsOf(await (await kernelOn(urlOf(target))).diagnose())).toMatchObject([
      { severity: 'warning', message: expect.stringContaining('its process was killed') as unknown },
    ]);
  });
});

describe('a diagnosis on a server', () => {
  it('runs the other checks if the database cannot be reached', async () => {
    const kernel = await kernelOn('postgres://nobody:nothing@127.0.0.1:1/none');
    const { checks } = await kernel.diagnose();
    const failed = checks.filter(({ findings }) => findings.some(({ exitCode }) => exitCode === 20));
    expect(failed.map(({ name }) => name)).toEqual(['connection', 'ledger']);
    expect(checks.filter(({ skipped }) => skipped === 'there is no connection')).toHaveLength(8);
  });

  it('finds the privileges that the role lacks, which are fewer for a start that does not upgrade', async () => {
    const target = await upgraded('postgres');
    const database = new URL(urlOf(target)).pathname.slice(1);
    const role = `${database}_d`;
    await onServer(database, `create role ${role} login password 'secret'`);
    const url = urlOf(target).replace('postgres:postgres@', `${role}:secret@`);
    const granted = async (upgrade: HostConfig['upgrade']): Promise<readonly string[]> => {
      const kernel = await kernelOn(url, shop, upgrade);
      const { checks } = await kernel.diagnose();
      const { findings = [] } = checks.find(({ name }) => name === 'grants') ?? {};
      expect(findings.every(({ exitCode }) => exitCode === 21)).toBe(true);
      return findings.map(({ message, fix }) => `${message} ${fix}`.replaceAll(role, 'ROLE'));
    };
    const reading = `grant usage on schema "kernel" to "ROLE"; grant select on all tables in schema "kernel" to "ROLE";`;
    expect(await granted({ mode: 'check' })).toEqual([`The role ROLE may not read the ledger. ${reading}`]);
    await onServer(database, reading.replaceAll('ROLE', role));
    expect(await granted({ mode: 'check' })).toEqual([]);
    expect(await granted({})).toEqual([
      'The role ROLE may not create tables in public. grant create on schema "public" to "ROLE";',
      expect.stringMatching(/^The role ROLE may not write to the ledger/) as unknown,
    ]);
    await onServer(database, `grant create on schema public to ${role}; grant insert on kernel.ledger to ${role}`);
    expect(await granted({})).toEqual([
      'The role ROLE owns not all tables, and could not alter person, shop_order. ' +
        'alter table "public"."person" owner to "ROLE";',
    ]);
  });

  it.runIf(hasPgbouncer)(`warns of a pooler that nothing bypasses${pgbouncerSkipReason}`, async () => {
    const url = urlOf(await upgraded('postgres'));
    const pooled = await startPgbouncer(url, 'transaction', 5);
    const warned = await (await kernelOn(pooled)).diagnose();
    expect(findingsOf(warned)).toMatchObject([{ severity: 'warning', exitCode: 22 }]);
    const bypassed = await (await kernelOn({ url: pooled, directUrl: url })).diagnose();
    expect(findingsOf(bypassed)).toEqual([]);
  });
});

it('a diagnosis refuses a Node that is too old', () => {
  expect(nodeOutcome('24.0.0').findings).toBeUndefined();
  expect(nodeOutcome('22.17.0').findings).toMatchObject([{ severity: 'error', exitCode: 11 }]);
});
