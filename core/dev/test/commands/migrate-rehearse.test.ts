import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { emptyDatabase, queryAt, urlOf } from '../../../../test/helper/database.ts';
import { expectPublished } from '../../../../test/helper/json-schema.ts';
import { hasPgbouncer, pgbouncerSkipReason, startPgbouncer } from '../../../../test/helper/pgbouncer.ts';
import { makeProject, type PluginSketch } from '../../../../test/helper/project.ts';
import { complaintIn, ok, refusalIn } from '../../../kernel/test/cli/support.ts';

const core: PluginSketch = {
  revisions: {
    '0001_table': 'create table core_item (id int primary key)',
    '0002_code': {
      up: 'insert into core_item select n from generate_series(1, 3) n',
    },
  },
};

/** A project and an empty copy of its empty database. The password of the copy is in no output. */
async function makeShop(plugins: Readonly<Record<string, PluginSketch>> = { core }) {
  const project = await makeProject({ plugins, database: await emptyDatabase('postgres') });
  const copy = new URL(urlOf(await emptyDatabase('postgres')));
  copy.searchParams.set('application_name', 'copy');
  return { project, on: copy.href };
}

describe('kernel migrate:rehearse', () => {
  it('prints a report, records it for Studio, and says that nothing is pending the next time', async () => {
    const { project, on } = await makeShop();
    const told = ok(await project.kernel('migrate:rehearse', '--on', on)).stdout;
    expect(told).toMatch(/^\+ core@0002_code {2}\S+ m?s$/m);
    expect(told).toContain('rows  core_item: 3 inserted');
    expect(told).toContain('2 revisions applied to the copy.');
    expect(told).not.toContain('postgres:postgres');
    const folder = join(project.cwd, '.headwater/rehearsals');
    const [file = '', ...others] = readdirSync(folder).filter((name) => name.endsWith('.json'));
    expect(others).toEqual([]);
    expect(told).toContain(`Recorded in .headwater/rehearsals/${file}`);
    expect(readFileSync(join(folder, file), 'utf8')).not.toContain('postgres:postgres');
    expect(readFileSync(join(folder, '.gitignore'), 'utf8')).toBe('*\n');
    expect(refusalIn(await project.kernel('migrate:rehearse', '--on', on, '--json')).code).toBe(
      'REHEARSAL_COPY_DIFFERS',
    );
    ok(await project.kernel('migrate:up'));
    const again = await project.kernel('migrate:rehearse', '--on', on, '--json');
    expect(again).toMatchObject({ code: 0 });
    expectPublished('migrate:rehearse', again.json());
    expect(again.json()).toMatchObject({ steps: [], file: null });
    expect(readdirSync(folder)).toHaveLength(2);
  });

  it('reports a failed rehearsal as data with the exit code of the failure', async () => {
    const broken = { revisions: { '0001_table': 'create table core_item (id int)', '0002_break': 'select 1 / 0' } };
    const { project, on } = await makeShop({ core: broken });
    const done = await project.kernel('migrate:rehearse', '--on', on, '--json', '--out', 'result.json');
    expect(done.code).toBe(31);
    expectPublished('migrate:rehearse', done.json());
    expect(done.json()).toMatchObject({
      steps: [{ outcome: 'committed' }, { revision: 'core@0002_break', outcome: 'failed' }],
      file: join(project.cwd, 'result.json'),
      error: { code: 'MIGRATION_FAILED', exitCode: 31 },
    });
    expect(existsSync(join(project.cwd, '.headwater'))).toBe(false);
    expect(JSON.parse(readFileSync(join(project.cwd, 'result.json'), 'utf8'))).toMatchObject({
      format: 1,
      error: { code: 'MIGRATION_FAILED' },
    });
  });

  it('prints the report even if it cannot be recorded', async () => {
    const { project, on } = await makeShop();
    const done = await project.kernel('migrate:rehearse', '--on', on, '--out', 'package.json/result.json');
    expect(done.code).toBe(11);
    expect(done.stdout).toContain('2 revisions applied to the copy');
    expect(done.stderr).toContain('REHEARSAL_UNWRITABLE');
  });

  it('ends at Ctrl-C with a report of what it saw', async () => {
    const { project, on } = await makeShop({
      core: { revisions: { '0001_table': 'create table core_item (id int)', '0002_waits': 'select pg_sleep(600)' } },
    });
    const running = project.start('migrate:rehearse', '--on', on);
    const isWaiting = "select from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()";
    while ((await queryAt(on, isWaiting)).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    running.child.kill('SIGINT');
    const done = await running.finished;
    expect(done).toMatchObject({ code: 31, signal: null });
    expect(done.stdout).toMatch(/^\+ core@0001_table/m);
    expect(done.stdout).toMatch(/^failed: core@0002_waits/m);
    expect(done.stderr).toContain('CANCELLED');
  });

  it('asks for a copy', async () => {
    const { project } = await makeShop();
    expect(complaintIn(await project.kernel('migrate:rehearse'), 2)).toContain('needs the URL of a copy');
  });

  it.runIf(hasPgbouncer)(`refuses a connection pooler${pgbouncerSkipReason}`, async () => {
    const { project, on } = await makeShop();
    const pooled = await startPgbouncer(on.split('?')[0] ?? '', 'transaction', 3);
    expect(refusalIn(await project.kernel('migrate:rehearse', '--on', pooled, '--json')).code).toBe(
      'REHEARSAL_BEHIND_POOLER',
    );
  });
});
