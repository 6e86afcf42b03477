import { describe, expect, it } from 'vitest';
import { community, drawn, lint, type Sketch } from './support.ts';

/** What lint finds in a next revision of likes. */
async function found(up: string, more: Partial<Sketch> = {}): Promise<readonly string[]> {
  return drawn(await lint([...community, { id: 'likes@0002_next', breaking: true, up, ...more }]));
}

describe('undeclared-dependency', () => {
  it.each([
    'create table likes_log (a int references core_activity)',
    'create table likes_log (a int references core_activity (id))',
    'insert into likes_like (id) select id from core_activity',
    'create view likes_view as select verb from core_activity',
    'create view likes_view as select core_activity.verb from core_activity, likes_like',
  ])('fires: %s', async (up) => {
    expect(await found(up)).toEqual(['undeclared-dependency']);
  });

  it.each([
    'create table likes_log (a int references core_user)',
    'create table likes_log (m core_mood); create trigger x before insert on likes_log for each row execute function core_touch()',
    'create table core_activity_2 (id int); create table likes_log (id int); select a.id from likes_log a',
    'create view likes_view as select count(*) from pg_class',
    'create table likes_log (a nonsense)',
  ])('does not: %s', async (up) => {
    expect(await found(up)).toEqual([]);
  });

  it('does not once it is declared, at once or through another', async () => {
    const up = 'create table likes_log (a int references core_activity)';
    expect(await found(up, { dependsOn: ['core@0002_activities'] })).toEqual([]);
    const through: Sketch[] = [
      ...community,
      { id: 'notes@0001', dependsOn: ['core@0002_activities'], up: 'create table notes_note (id int primary key)' },
      { id: 'likes@0002_next', dependsOn: ['notes@0001'], up },
    ];
    expect(drawn(await lint(through))).toEqual([]);
  });

  it('gives the line to write, with what was declared before and what is touched', async () => {
    const up = 'create table likes_log (a int references core_activity, m core_mood)';
    const findings = await lint([
      ...community,
      { id: 'notes@0001', dependsOn: ['likes@0001_like'], up: up.replaceAll('likes_', 'notes_') },
    ]);
    expect(findings).toMatchObject([
      {
        rule: 'undeclared-dependency',
        level: 'error',
        message: 'It uses core_activity of core@0002_activities, which need not be applied before it.',
        safer: "dependsOn: ['core@0002_activities', 'likes@0001_like'], // core_activity",
      },
    ]);
  });

  it('finds what is there under that name only later, though the plan puts the revision before it', async () => {
    const sketches: Sketch[] = [
      { id: 'core@0001', up: 'create table core_user (id int)' },
      { id: 'core@0002', up: 'alter table core_user rename to core_person' },
      { id: 'likes@0001', dependsOn: ['core@0001'], up: 'create view likes_view as select id from core_person' },
    ];
    expect(await lint(sketches)).toMatchObject([{ safer: "dependsOn: ['core@0001', 'core@0002'], // core_person" }]);
    const old = sketches.map((one) =>
      one.id === 'likes@0001' ? { ...one, up: one.up?.replace('person', 'user') ?? null } : one,
    );
    expect(drawn(await lint(old))).toEqual([]);
  });
});

describe('foreign-object', () => {
  it.each([
    'drop view core_view',
    'alter table core_object drop column author_id',
    'alter table core_object rename author_id to author',
    'alter table core_object alter author_id type bigint',
    'alter table core_object enable row level security',
    "alter type core_mood add value 'x'",
    'create or replace view core_view as select 1 as id',
    'alter table core_object add column likes_x int not null',
    'alter table core_object add column likes_x int; alter table core_object alter likes_x set not null',
    'alter table core_object add column likes_x int not null default 1; alter table core_object alter likes_x drop default',
    'create policy p on core_object using (true)',
    'create trigger x before insert on core_user for each row execute function core_touch()',
    'update core_user set name = 1 where id = 1',
    'delete from core_user where id = 1',
    'insert into core_user (name) values (1)',
    'alter table core_object add constraint c check (author_id > 0) not valid',
    'alter table core_object add constraint c check (author_id > likes_count) not valid',
  ])('fires: %s', async (up) => {
    const rules = await found(up);
    expect(rules).toContain('foreign-object');
  });

  it.each([
    ['create index concurrently i on core_object (author_id)', 'not valid'],
    ['create index concurrently i on core_object (likes_count, author_id)', 'either'],
    ['create index concurrently i on core_object (lower(author_id::text))', 'by expression'],
  ])('fires for an index: %s', async (up) => {
    expect(await found(up, { check: 'select true', down: 'drop index i' })).toEqual(['foreign-object']);
  });

  it.each([
    'alter table core_object add column likes_x int, add column likes_y int not null default 1',
    'alter table core_object add column likes_user int references core_user',
    'alter table core_object add column likes_x int, add constraint c check (likes_x > 0) not valid',
    'alter table core_object drop column likes_count',
    'alter table core_object rename likes_count to likes_total',
    'alter table core_object alter likes_note set default 1',
    'alter table core_object add constraint c check (likes_count > 0) not valid',
    'create trigger x before insert on core_object for each row execute function core_touch()',
    'update core_object set likes_count = 1 where id = 1',
    'create table likes_log (a int not null references core_user); insert into likes_log values (1)',
    'create view likes_view as select author_id from core_object',
    'create table core_shop.likes_shop (a int)',
    'alter table likes_like add column x int',
  ])('does not: %s', async (up) => {
    expect((await found(up)).filter((rule) => rule === 'foreign-object')).toEqual([]);
  });

  it.each([
    'create index concurrently i on core_object (likes_count)',
    'create index concurrently i on core_object (lower(likes_note))',
  ])('does not for an index: %s', async (up) => {
    expect(await found(up, { check: 'select true', down: 'drop index i' })).toEqual([]);
  });

  it('names the owner, and does not mind what it changes itself', async () => {
    const [finding] = await lint([
      ...community,
      { id: 'likes@0002', breaking: true, up: 'alter table core_object drop column author_id' },
    ]);
    expect(finding?.message).toBe('It drops the column core_object.author_id, which core owns.');
    const own = await lint([
      ...community,
      { id: 'core@0003', breaking: true, up: 'alter table core_object drop column author_id' },
    ]);
    expect(drawn(own)).toEqual(['data-loss']);
    const mine = await lint([
      ...community,
      { id: 'core@0003', breaking: true, up: 'alter table core_object drop column likes_count' },
    ]);
    expect(drawn(mine)).toContain('foreign-object');
  });
});

describe('missing-breaking', () => {
  it('fires for what older code cannot live with, and does not once it is written', async () => {
    const up = 'alter table likes_like rename object_id to thing_id';
    const findings = await lint([...community, { id: 'likes@0002', up }]);
    expect(findings).toMatchObject([
      {
        rule: 'missing-breaking',
        message: 'Older code cannot live with it: it renames the column likes_like.object_id.',
        safer: 'breaking: true,',
        line: null,
        statement: null,
      },
      { rule: 'rename' },
    ]);
    expect(await found(up)).toEqual(['rename']);
    expect(await found('alter table likes_like add column x int', { breaking: false })).toEqual([]);
  });

  it('knows the type of before', async () => {
    const wide = { id: 'core@0003', up: 'alter table core_user alter name type varchar(99)' };
    expect(drawn(await lint([...community, wide]))).toEqual([]);
    const narrow = { id: 'core@0003', up: 'alter table core_user alter name type varchar(9)' };
    expect(drawn(await lint([...community, narrow]))).toEqual(['missing-breaking', 'narrower-type', 'table-rewrite']);
  });
});

describe('what is wrong with a text by itself', () => {
  it('a mistake is an error, in up, down and check', async () => {
    expect(await found('create tabel t ()')).toEqual(['syntax']);
    expect(await found('select 1', { down: 'drop tabel t' })).toEqual(['syntax']);
    expect(await found('create index concurrently i on likes_like (id)', { check: 'selct', down: null })).toEqual([
      'syntax',
      'missing-down',
    ]);
    const [finding] = await lint([{ id: 'core@1', up: '\n  select 1;\n  selct 2' }]);
    expect(finding).toMatchObject({
      level: 'error',
      message: 'syntax error at or near "selct".',
      statement: '"selct 2"',
    });
  });

  const long = 'a'.repeat(64);
  it.each([
    `create table ${long} (a int)`,
    `create table t ("${'ä'.repeat(32)}" int)`,
    `alter table likes_like add column ${long} int`,
    `create table t (a int, constraint "${long}" unique (a))`,
  ])('a name of more than 63 bytes fires, %#', async (up) => {
    expect(await found(up)).toEqual(['identifier-too-long']);
  });
  it('a name of 63 bytes does not, nor a long constant or comment', async () => {
    expect(await found(`create table ${'a'.repeat(63)} (a text default '${long}') -- ${long}`)).toEqual([]);
  });

  it('what is newer than the oldest supported server fires with its version', async () => {
    const [finding] = await lint([{ id: 'core@1', up: 'create table t (id uuid default uuidv7())' }]);
    expect(finding).toMatchObject({
      rule: 'newer-syntax',
      message: 'It uses uuidv7(), which PostgreSQL has since version 18; the oldest that is supported is 15.',
    });
    expect(await found('create table t (a int, unique nulls not distinct (a)); select gen_random_uuid()')).toEqual([]);
  });
});

it('missing-down is told, and counts for nothing', async () => {
  expect(await lint([{ id: 'core@1', up: 'select 1', down: null }])).toMatchObject([
    { rule: 'missing-down', level: 'info', line: null },
  ]);
  expect(await lint([{ id: 'core@1', up: null, down: null }])).toMatchObject([{ rule: 'missing-down' }]);
});

it('code revisions and revisions around that cannot be read are no obstacle', async () => {
  const sketches: Sketch[] = [
    { id: 'core@1', up: null },
    { id: 'core@2', up: 'selct' },
    { id: 'core@3', up: 'do $$ begin end $$' },
    { id: 'core@4', up: 'alter table t add column a int not null' },
  ];
  expect(drawn(await lint(sketches, ['core@1', 'core@2', 'core@3', 'core@4']))).toEqual([
    'syntax',
    'missing-breaking',
    'not-null-without-default',
  ]);
});

describe('a comment allows', () => {
  const drop = 'alter table likes_like drop column object_id';
  it.each([
    ['the rule that it names, directly above', `-- headwater-lint: allow data-loss: moved to notes\n${drop}`, []],
    ['several', `-- headwater-lint: allow rename, data-loss: moved\n-- more\n${drop}`, []],
    [
      'one after the other',
      `-- headwater-lint: allow rename: x\n-- headwater-lint: allow data-loss: moved\n${drop}`,
      [],
    ],
    ['nothing without a reason', `-- headwater-lint: allow data-loss\n${drop}`, ['data-loss']],
    ['nothing with an empty one', `-- headwater-lint: allow data-loss: \n${drop}`, ['data-loss']],
    ['no other rule', `-- headwater-lint: allow rename: x\n${drop}`, ['data-loss']],
    ['no other statement', `-- headwater-lint: allow data-loss: x\nselect 1;\n${drop}`, ['data-loss']],
    ['nothing across an empty line', `-- headwater-lint: allow data-loss: x\n\n${drop}`, ['data-loss']],
    ['nothing that it does not know', `-- headwater-lint: allow data-los: x\n${drop}`, ['unknown-rule', 'data-loss']],
  ])('%s', async (_, up, rules) => {
    expect(await found(up)).toEqual(rules);
  });

  it('what is about the whole revision from anywhere in it', async () => {
    const up = `${drop};\n-- headwater-lint: allow missing-breaking, missing-down: nobody reads it\nselect 1`;
    expect(await found(up, { breaking: false, down: null })).toEqual(['data-loss']);
  });

  it('no mistake', async () => {
    expect(await found('-- headwater-lint: allow syntax: x\nselct 1')).toEqual(['syntax']);
  });

  it('and says so where it does not', async () => {
    const [finding] = await lint([
      ...community,
      { id: 'likes@0002', breaking: true, up: `-- headwater-lint: allow data-loss\n${drop}` },
    ]);
    expect(finding?.message).toMatch(/ The comment that allows it gives no reason, so it does not count\.$/);
  });
});
