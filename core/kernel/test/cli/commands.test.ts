import { readFileSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { onServer } from '../../../../test/helper/database.ts';
import { expectPublished } from '../../../../test/helper/json-schema.ts';
import { makeProject, type Project } from '../../../../test/helper/project.ts';
import { aNumber, community, inOrder, matching, ok, refusalIn, serverDatabase, uuid } from './support.ts';

/** One application and its commands, in the order in which a person would run them. */
describe('the commands of one application', () => {
  let project: Project;
  let name: string;
  let json: (...args: readonly string[]) => Promise<unknown>;
  let text: (...args: readonly string[]) => Promise<string>;

  beforeAll(async () => {
    const { target: database, name: itsName } = await serverDatabase();
    name = itsName;
    project = await makeProject({ plugins: community, database });
    json = async (...args) => {
      const done = ok(await project.kernel(...args, '--json'));
      expect(done.stderr).toBe('');
      expectPublished(args[0] ?? '', done.json());
      return done.json();
    };
    text = async (...args) => ok(await project.kernel(...args)).stdout;
  });

  it('migrate:heads lists the head of each active branch', async () => {
    const heads = [
      'comments@0001_create_comment',
      'core@0002_create_users',
      'likes@0002_count_on_object',
      'stickers@0001_create_sticker',
    ];
    expect(await json('migrate:heads')).toEqual({ heads, several: [] });
    expect((await text('migrate:heads')).trim().split('\n').toSorted()).toEqual(heads);
  });

  it('migrate:plan shows pending revisions in order', async () => {
    const plan = (await json('migrate:plan')) as { steps: readonly Record<string, unknown>[] };
    expect(plan.steps.map((step) => step['id'])).toEqual(inOrder);
    expect(plan.steps[1]).toEqual({
      id: 'likes@0001_create_like',
      direction: 'up',
      plugin: 'likes',
      revises: [],
      dependsOn: ['core@0001_create_objects'],
      dormant: false,
      kind: 'sql',
      breaking: false,
      transaction: true,
      file: project.fileOf('likes@0001_create_like'),
    });
    expect(await text('migrate:plan')).toMatch(/6 revisions/);
    expect(await text('migrate:plan', 'likes', '--sql')).toContain('add column likes_count int not null default 0');
    expect(await json('migrate:plan', 'core@+1', '--sql')).toMatchObject({
      steps: [{ id: inOrder[0], sql: 'create table core_object (id int primary key)' }],
    });
  });

  it('migrate:status exits 3 while something is pending', async () => {
    const done = await project.kernel('migrate:status', '--json');
    expect(done.code).toBe(3);
    expect(done.json()).toMatchObject({ pending: inOrder, dormant: [], ahead: [] });
    const told = await project.kernel('migrate:status');
    expect(told).toMatchObject({ code: 3, stderr: '' });
    expect(told.stdout).toMatch(/6 revisions pending.*kernel migrate:up/s);
  });

  it('none of the previous commands has written anything, not even a ledger', async () => {
    expect(await onServer(name, `select to_regnamespace('kernel') as there`)).toEqual([{ there: null }]);
    expect(await json('migrate:current')).toEqual({ current: [], dormant: [], ahead: [], revisions: [] });
    expect(await text('migrate:current')).toMatch(/nothing is applied/i);
  });

  it('migrate:up applies the revisions that a target needs, then all others', async () => {
    const first = await json('migrate:up', 'likes@0001');
    expect(first).toEqual({
      runId: matching(uuid),
      plan: { steps: inOrder.slice(0, 2).map((id) => ({ id, direction: 'up', plugin: id.split('@')[0] })) },
      applied: inOrder.slice(0, 2),
      dormant: [],
      ahead: [],
      error: null,
    });
    const rest = await text('migrate:up');
    for (const id of inOrder.slice(2)) expect(rest).toContain(id);
    expect(rest).toMatch(/4 revisions/);
    expect(await text('migrate:up')).toMatch(/nothing .*pending/i);
    expect(await json('migrate:up')).toMatchObject({ applied: [], plan: { steps: [] }, error: null });
  });

  it('migrate:status shows the state of every branch', async () => {
    const status = (await json('migrate:status')) as { branches: readonly Record<string, unknown>[] };
    expect(status).toMatchObject({ pending: [], dormant: [], ahead: [] });
    expect(status.branches.map((branch) => branch['plugin'])).toEqual(['core', 'comments', 'likes', 'stickers']);
    expect(status.branches[2]).toEqual({
      plugin: 'likes',
      state: 'active',
      package: '@headwater/plugin-likes',
      version: '1.0.0',
      heads: ['likes@0002_count_on_object'],
      current: ['likes@0002_count_on_object'],
      applied: 2,
      pending: [],
      dormant: [],
      ahead: [],
    });
    expect(await text('migrate:status')).toMatch(/nothing is pending/i);
  });

  it('migrate:current, migrate:history and migrate:show show the applied revisions', async () => {
    expect(await json('migrate:current')).toMatchObject({ dormant: [] });
    expect((await text('migrate:current')).trim().split('\n')).toHaveLength(4);
    const by = { run: matching(uuid), host: hostname(), kernel: matching(/^\d+\.\d+\.\d+/) };
    const likes = { package: '@headwater/plugin-likes', version: '1.0.0', ...by };
    const record = { ...likes, at: matching(/^\d{4}-\d\d-\d\dT/), durationMs: aNumber, stamped: false, events: [] };
    expect(await json('migrate:history', 'likes')).toEqual({
      revisions: [
        {
          id: 'likes@0001_create_like',
          plugin: 'likes',
          revises: [],
          dependsOn: ['core@0001_create_objects'],
          replaces: [],
          breaking: false,
          state: 'applied',
          file: project.fileOf('likes@0001_create_like'),
          applied: record,
        },
        {
          id: 'likes@0002_count_on_object',
          plugin: 'likes',
          revises: ['likes@0001_create_like'],
          dependsOn: [],
          replaces: [],
          breaking: false,
          state: 'applied',
          file: project.fileOf('likes@0002_count_on_object'),
          applied: record,
        },
      ],
    });
    expect(await text('migrate:history')).toContain('core@0002_create_users');
    expect(await json('migrate:show', 'likes@0002')).toEqual({
      id: 'likes@0002_count_on_object',
      plugin: 'likes',
      revises: ['likes@0001_create_like'],
      dependsOn: [],
      replaces: [],
      replacedBy: null,
      breaking: false,
      transaction: true,
      state: 'applied',
      file: project.fileOf('likes@0002_count_on_object'),
      package: '@headwater/plugin-likes',
      version: '1.0.0',
      appliedAt: matching(/^\d{4}-\d\d-\d\dT/),
      appliedBy: likes,
      durationMs: aNumber,
      stamped: false,
      events: [],
      edited: null,
      from: 'code',
      up: 'alter table core_object add column likes_count int not null default 0',
      down: 'alter table core_object drop column likes_count',
    });
    expect(await text('migrate:show', 'likes@0002')).toMatch(/likes@0001_create_like.*applied.*drop column/s);
  });

  it('plugin:disable rejects a plugin that another one requires, and leaves config.json unchanged', async () => {
    const before = readFileSync(project.config);
    const refusal = refusalIn(await project.kernel('plugin:disable', 'likes', '--json'));
    expect(refusal).toMatchObject({ code: 'REQUIREMENT_MISSING', exitCode: 14 });
    expect(refusal.message).toMatch(/"stickers".*requires.*"likes"/);
    expect(refusalIn(await project.kernel('plugin:disable', 'lkes', '--json'))).toMatchObject({
      code: 'PLUGIN_NOT_LISTED',
      exitCode: 12,
      message: matching(/"likes"/),
    });
    expect(readFileSync(project.config)).toEqual(before);
  });

  it('plugin:disable keeps the tables, and prints the command that removes them', async () => {
    expect(await json('plugin:disable', 'stickers')).toEqual({
      plugin: 'stickers',
      changed: true,
      file: project.config,
    });
    expect(await json('plugin:disable', 'stickers')).toMatchObject({ changed: false });
    expect(await text('plugin:disable', 'comments')).toMatch(/npx kernel plugin:uninstall comments/);
    const status = (await json('migrate:status')) as { branches: readonly object[] };
    expect(status).toMatchObject({ dormant: ['stickers@0001_create_sticker', 'comments@0001_create_comment'] });
    expect(status.branches).toContainEqual(expect.objectContaining({ plugin: 'stickers', state: 'dormant' }));
    expect(await text('migrate:status')).toMatch(/comments +dormant/);
    expect(await text('migrate:current')).toMatch(/comments@0001_create_comment .*dormant/);
    expect(await text('migrate:up')).toMatch(/comments is dormant/);
  });

  it('migrate:up rejects a target in an inactive plugin, and shows the command that activates the plugin', async () => {
    expect(refusalIn(await project.kernel('migrate:up', 'comments', '--json'))).toMatchObject({
      code: 'TARGET_ILLEGAL',
      hint: 'Activate it: npx kernel plugin:enable comments',
    });
  });

  it('migrate:show reads a dormant revision from the ledger, even if its package is gone', async () => {
    rmSync(join(project.cwd, 'node_modules/@headwater/plugin-comments'), { recursive: true });
    const shown = await json('migrate:show', 'comments@0001');
    expect(shown).toMatchObject({
      id: 'comments@0001_create_comment',
      dependsOn: ['core@0002_create_users'],
      state: 'dormant',
      file: null,
      package: '@headwater/plugin-comments',
      version: null,
      appliedBy: { package: '@headwater/plugin-comments', version: '1.0.0' },
      from: 'ledger',
      up: 'create table comments_comment (id int primary key)',
      down: 'drop table comments_comment',
    });
    expect(await text('migrate:show', 'comments', '--applied')).toMatch(/dormant.*create table comments_comment/s);
  });

  it('migrate:down also reverts revisions of dormant plugins, but none that another plugin depends on', async () => {
    expect(await text('migrate:down', 'likes')).toMatch(/npx kernel migrate:down likes@base/);
    expect(refusalIn(await project.kernel('migrate:down', 'core@0001', '--json'))).toMatchObject({
      code: 'DOWNGRADE_BLOCKED',
      exitCode: 14,
      message: matching(/comments@0001_create_comment/),
      hint: matching(/npx kernel migrate:down core@0001_create_objects --cascade/),
    });
    expect(await json('migrate:down', 'comments@base')).toMatchObject({
      plan: { steps: [{ id: 'comments@0001_create_comment', direction: 'down', plugin: 'comments' }] },
      applied: ['comments@0001_create_comment'],
      dormant: ['stickers@0001_create_sticker'],
      error: null,
    });
    const plan = await json('migrate:plan', '--down', 'core@base', '--cascade');
    // Without the package of stickers, nothing shows that stickers requires likes.
    const down = [4, 2, 3, 1, 0].map((i) => inOrder[i] ?? '');
    expect((plan as { steps: readonly { id: string; direction: string }[] }).steps.map(({ id }) => id)).toEqual(down);
    const told = await text('migrate:down', 'core@base', '--cascade');
    for (const id of down) expect(told).toContain(id);
    expect(told).toMatch(/5 revisions/);
    expect(told).not.toContain('dormant');
    expect(await text('migrate:current')).toMatch(/nothing is applied/i);
  });
});

describe('kernel migrate:history', () => {
  it('needs no database with --offline', async () => {
    const project = await makeProject({ plugins: community, database: 'postgres://127.0.0.1:1/nowhere' });
    const told = ok(await project.kernel('migrate:history', '--offline')).stdout;
    for (const id of inOrder) expect(told).toContain(id);
    expect(told).not.toMatch(/applied|pending/);
    expect(ok(await project.kernel('migrate:show', 'likes@0002', '--offline')).stdout).toContain('likes_count');
    expect(refusalIn(await project.kernel('migrate:history', '--json'))).toMatchObject({
      code: 'DATABASE_UNREACHABLE',
      exitCode: 20,
    });
  });
});
