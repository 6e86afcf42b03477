import { describe, expect, it } from 'vitest';
import { community, rulesOf, lint, type Sketch } from './support.ts';

/** Lints another revision of likes. Returns the rules of the findings. */
async function found(up: string, more: Partial<Sketch> = {}): Promise<readonly string[]> {
  return rulesOf(await lint([...community, { id: 'likes@0002_next', breaking: true, up, ...more }]));
}

describe('undeclared-dependency', () => {
  it.each([
    'create table likes_log (a int references core_activity)',
    'create table likes_log (a int references core_activity (id))',
    'insert into likes_like (id) select id from core_activity',
    'create view likes_view as select verb from core_activity',
    'create view likes_view as select core_activity.verb from core_activity, likes_like',
  ])('reports: %s', async (up) => {
    expect(await found(up)).toEqual(['undeclared-dependency']);
  });

  it.each([
    'create table likes_log (a int references core_user)',
    'create table likes_log (m core_mood); create trigger x before insert on likes_log for each row execute function core_touch()',
    'create table core_activity_2 (id int); create table likes_log (id int); select a.id from likes_log a',
    'create view likes_view as select count(*) from pg_class',
    'create table likes_log (a nonsense)',
  ])('does not report: %s', async (up) => {
    expect(await found(up)).toEqual([]);
  });

  it('reports nothing once the dependency is declared, directly or transitively', async () => {
    const up = 'create table likes_log (a int references core_activity)';
    expect(await found(up, { dependsOn: ['core@0002_activities'] })).toEqual([]);
    const through: Sketch[] = [
      ...community,
      { id: 'notes@0001', dependsOn: ['core@0002_activities'], up: 'create table notes_note (id int primary key)' },
      { id: 'likes@0002_next', dependsOn: ['notes@0001'], up },
    ];
    expect(rulesOf(await lint(through))).toEqual([]);
  });

  it('suggests a line that keeps the declared dependencies and names the used objects in a comment', async () => {
    const up = 'create table likes_log (a int references core_activity, m core_mood)';
    const findings = await lint([
      ...community,
      { id: 'notes@0001', dependsOn: ['likes@0001_like'], up: up.replaceAll('likes_', 'notes_') },
    ]);
    expect(findings).toMatchObject([
      {
        rule: 'undeclared-dependency',
        level: 'error',
        message: 'This uses core_activity from core@0002_activities, which is not guaranteed to be applied first.',
        safer: "dependsOn: ['core@0002_activities', 'likes@0001_like'], // core_activity",
      },
    ]);
  });

  it('finds the revision that renamed a column of a table whose columns nobody lists', async () => {
    const sketches: Sketch[] = [
      { id: 'core@0001', up: 'create table core_t as select 1 as x' },
      { id: 'core@0002', up: 'alter table core_t rename x to y' },
      { id: 'likes@0001', dependsOn: ['core@0001'], up: 'create view likes_v as select y from core_t' },
    ];
    expect(await lint(sketches)).toMatchObject([
      { rule: 'undeclared-dependency', safer: "dependsOn: ['core@0001', 'core@0002'], // core_t.y" },
    ]);
  });

  it('finds an object by its new name, even if the plan runs the rename later', async () => {
    const sketches: Sketch[] = [
      { id: 'core@0001', up: 'create table core_user (id int)' },
      { id: 'core@0002', up: 'alter table core_user rename to core_person' },
      { id: 'likes@0001', dependsOn: ['core@0001'], up: 'create view likes_view as select id from core_person' },
    ];
    expect(await lint(sketches)).toMatchObject([{ safer: "dependsOn: ['core@0001', 'core@0002'], // core_person" }]);
    const old = sketches.map((one) =>
      one.id === 'likes@0001' ? { ...one, up: one.up?.replace('person', 'user') ?? null } : one,
    );
    expect(rulesOf(await lint(old))).toEqual([]);
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
    'alter table core_object add column likes_x int; alter table core_object add constraint c check (likes_x is not null) not valid',
    'alter table core_object add column likes_x int; alter table core_object alter likes_x set not null',
    'alter table core_object add column likes_x int not null default 1; alter table core_object alter likes_x drop default',
    'create policy p on core_object using (true)',
    'create trigger x before insert on core_user for each row execute function core_touch()',
    'update core_user set name = 1 where id = 1',
    'delete from core_user where id = 1',
    'insert into core_user (name) values (1)',
    'alter table core_object add constraint c check (author_id > 0) not valid',
    'create trigger x before insert on core_object for each row execute function core_touch()',
    'create trigger x before update of author_id on core_object for each row execute function core_touch()',
  ])('reports: %s', async (up) => {
    const rules = await found(up);
    expect(rules).toContain('foreign-object');
  });

  it.each([
    ['create index concurrently i on core_object (author_id)', 'not valid'],
    ['create index concurrently i on core_object (lower(author_id::text))', 'by expression'],
  ])('reports the index: %s', async (up) => {
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
    'alter table core_object add constraint c check (author_id > likes_count) not valid',
    'create trigger x before update of likes_count on core_object for each row execute function core_touch()',
    'create trigger x before insert on core_object for each row when (new.likes_count > 0) execute function core_touch()',
    'update core_object set likes_count = 1 where id = 1',
    'create table likes_log (a int not null references core_user); insert into likes_log values (1)',
    'create view likes_view as select author_id from core_object',
    'create table core_shop.likes_shop (a int)',
    'alter table likes_like add column x int',
  ])('does not report: %s', async (up) => {
    expect((await found(up)).filter((rule) => rule === 'foreign-object')).toEqual([]);
  });

  it.each([
    'create index concurrently i on core_object (likes_count)',
    'create index concurrently i on core_object (likes_count, author_id)',
    'create index concurrently i on core_object (lower(likes_note))',
  ])('does not report the index: %s', async (up) => {
    expect(await found(up, { check: 'select true', down: 'drop index i' })).toEqual([]);
  });

  it('names the owner, and allows the owner to change the object', async () => {
    const [finding] = await lint([
      ...community,
      { id: 'likes@0002', breaking: true, up: 'alter table core_object drop column author_id' },
    ]);
    expect(finding?.message).toBe('This drops column core_object.author_id, which core owns.');
    const own = await lint([
      ...community,
      { id: 'core@0003', breaking: true, up: 'alter table core_object drop column author_id' },
    ]);
    expect(rulesOf(own)).toEqual(['data-loss']);
    const mine = await lint([
      ...community,
      { id: 'core@0003', breaking: true, up: 'alter table core_object drop column likes_count' },
    ]);
    expect(rulesOf(mine)).toContain('foreign-object');
  });
});

describe('a column of the plugin on a table of another plugin', () => {
  const later = (up: string): Promise<readonly string[]> => found(up);

  it.each([
    'alter table core_object alter likes_note set not null',
    'alter table core_object alter likes_count drop default',
    'alter table core_object alter likes_count drop default, alter likes_count type bigint',
    'alter table core_object alter likes_count set default null',
    'alter table core_object add constraint c check (likes_note is not null) not valid',
    'alter table core_object rename likes_note to likes_text; alter table core_object add constraint c check (likes_text is not null) not valid',
  ])('must not become required later: %s', async (up) => {
    expect(await later(up)).toContain('not-null-without-default');
  });

  it('is not reported again if a check of an earlier revision requires a value', async () => {
    const sketches: Sketch[] = [
      ...community,
      { id: 'likes@0002', up: 'alter table core_object add constraint c check (likes_note is not null) not valid' },
      { id: 'likes@0003', up: 'alter table core_object alter likes_note set not null' },
    ];
    const findings = await lint(sketches, ['likes@0002', 'likes@0003']);
    const required = findings.filter(({ rule }) => rule === 'not-null-without-default');
    expect(required).toMatchObject([
      {
        revision: 'likes@0002',
        message: expect.stringMatching(/^This requires a value in core_object.likes_note/) as unknown,
        statement: expect.stringContaining('add constraint c') as unknown,
      },
    ]);
  });

  it.each([
    "alter table core_object alter likes_note set default '', alter likes_note set not null",
    'alter table core_object alter likes_count drop default; alter table core_object alter likes_count set default 1',
    'alter table core_object alter likes_count drop not null, alter likes_count drop default',
    'alter table core_object add constraint c check (likes_count is not null) not valid',
    'alter table likes_like alter object_id set not null',
  ])('may change otherwise: %s', async (up) => {
    expect(await later(up)).not.toContain('not-null-without-default');
  });
});

describe('rows of a table of another plugin', () => {
  const revisions = (up: string): readonly Sketch[] => [
    {
      id: 'queue@0001',
      up: 'create table queue_job (id serial primary key, name text); create table queue_log (a int)',
    },
    { id: 'mail@0001', dependsOn: ['queue@0001'], up },
  ];
  const lintMail = async (up: string): Promise<readonly string[]> =>
    rulesOf(
      await lint(revisions(up), undefined, {
        requires: { mail: ['queue'], queue: [] },
        openTables: { queue: ['queue_job'], mail: ['queue_log'] },
      }),
    );

  it.each([
    "insert into queue_job (name) values ('mail')",
    "update queue_job set name = 'mail' where name = 'post'",
    "delete from queue_job where name = 'mail'",
    "merge into queue_job j using (select 'mail' as name) n on j.name = n.name when not matched then insert (name) values (n.name)",
  ])('may change if the owner has opened the table: %s', async (up) => {
    expect(await lintMail(up)).toEqual([]);
  });

  it.each([
    'truncate queue_job',
    'alter table queue_job drop column name',
    'alter table queue_job add check (id > 0) not valid',
    // Only the owner of a table can open it.
    'insert into queue_log values (1)',
  ])('and nothing else: %s', async (up) => {
    expect(await lintMail(up)).toContain('foreign-object');
  });

  it('are refused with both ways to allow the change', async () => {
    const [finding] = await lint(revisions('insert into queue_log values (1)'));
    expect(finding?.message).toContain('"headwater": { "plugin": "queue", "openTables": ["queue_log"] }');
    expect(finding?.message).toContain('-- headwater-lint: allow foreign-object: <reason>');
  });
});

describe('a function that two plugins create', () => {
  const kept = "create function a_f() returns int language sql as 'select 1'";
  const replaced = kept.replace('create', 'create or replace');
  const lintBoth = async (a: string, b: string, requires: Readonly<Record<string, readonly string[]>>) => {
    const findings = await lint(
      [
        { id: 'b@1', up: b },
        { id: 'a@1', up: a },
      ],
      ['a@1', 'b@1'],
      { requires },
    );
    return findings.map(({ plugin, rule, message }) => `${plugin} ${rule} ${message}`);
  };

  it.each([
    ['insists on creating it', kept, replaced, {}],
    ['does not know the other', replaced, replaced, { b: ['a'], a: [] }],
    ['does not know the other, at any distance', replaced, replaced, { b: ['c'], c: ['a'], a: [] }],
  ])('belongs to the plugin that %s', async (_, a, b, requires) => {
    expect(await lintBoth(a, b, requires)).toEqual(['b foreign-object This creates function a_f, which a owns.']);
  });

  it.each([
    ['create table a_t (id int)', 'create table if not exists a_t (id int)', 'table a_t'],
    ['create view a_v as select 1 as a', 'create or replace view a_v as select 1 as a', 'view a_v'],
    ['create sequence a_s', 'create sequence if not exists a_s', 'sequence a_s'],
  ])('like any object: %s', async (a, b, object) => {
    expect(await lintBoth(a, b, {})).toEqual([`b foreign-object This creates ${object}, which a owns.`]);
  });
});

describe('temporary tables', () => {
  it('of two plugins with one name have nothing to do with each other', async () => {
    const up =
      'create temp table scratch as select 1 as a; update scratch set a = 2; alter table scratch add column b int; drop table scratch';
    const sketches = [
      { id: 'core@1', up },
      { id: 'likes@1', up },
    ];
    expect(rulesOf(await lint(sketches, ['core@1', 'likes@1']))).toEqual([]);
  });

  it('hide a table of another plugin', async () => {
    expect(
      await found('create temp table core_activity (id int); delete from core_activity; drop table core_activity'),
    ).toEqual([]);
  });
});

describe('opaque-statement', () => {
  const block = 'do $$ begin insert into likes_like select id from core_activity; end $$';

  it('proposes the latest revisions of what the plugin requires', async () => {
    const sketches: Sketch[] = [
      ...community,
      { id: 'notes@0001', up: 'create table notes_note (id int)' },
      { id: 'likes@0002', up: `select 1; ${block}` },
    ];
    const findings = await lint(sketches, undefined, { requires: { likes: ['notes'], notes: ['core'], core: [] } });
    expect(findings).toMatchObject([
      {
        rule: 'opaque-statement',
        level: 'info',
        statement: block,
        safer: "dependsOn: ['core@0002_activities', 'notes@0001'], // the latest revisions of what the plugin requires",
      },
    ]);
  });

  it.each([
    ['select core_fn()', true],
    ['call core_fn()', true],
    [block, true],
    ["select lower('A')", false],
  ])('concerns %s: %s', async (up, isOpaque) => {
    expect((await found(up)).includes('opaque-statement')).toBe(isOpaque);
  });

  it('is not reported if the revision depends on them, or if the plugin requires nothing', async () => {
    expect(await found(block, { dependsOn: ['core@0002_activities'] })).toEqual([]);
    const sketches = [...community, { id: 'likes@0002', up: block }];
    expect(rulesOf(await lint(sketches, undefined, { requires: { likes: [] } }))).toEqual([]);
    expect(rulesOf(await lint([{ id: 'core@1', up: block }]))).toEqual([]);
  });
});

describe('missing-breaking', () => {
  it('reports a change that older code is not compatible with, unless the revision is marked breaking', async () => {
    const up = 'alter table likes_like rename object_id to thing_id';
    const findings = await lint([...community, { id: 'likes@0002', up }]);
    expect(findings).toMatchObject([
      {
        rule: 'missing-breaking',
        message: 'Older code is not compatible with this revision: it renames the column likes_like.object_id.',
        safer: 'breaking: true,',
        line: null,
        statement: null,
      },
      { rule: 'rename' },
    ]);
    expect(await found(up)).toEqual(['rename']);
    expect(await found('alter table likes_like add column x int', { breaking: false })).toEqual([]);
  });

  it('knows the old type of a column', async () => {
    const wide = { id: 'core@0003', up: 'alter table core_user alter name type varchar(99)' };
    expect(rulesOf(await lint([...community, wide]))).toEqual([]);
    const narrow = { id: 'core@0003', up: 'alter table core_user alter name type varchar(9)' };
    expect(rulesOf(await lint([...community, narrow]))).toEqual(['missing-breaking', 'narrower-type', 'table-rewrite']);
  });
});

describe('the text of a single revision', () => {
  it('must be valid SQL, in up, down and check', async () => {
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
  ])('must not contain a name of more than 63 bytes: %s', async (up) => {
    expect(await found(up)).toEqual(['identifier-too-long']);
  });

  it('may contain a name of 63 bytes, and a longer constant or comment', async () => {
    expect(await found(`create table ${'a'.repeat(63)} (a text default '${long}') -- ${long}`)).toEqual([]);
  });

  it('must not use syntax that is newer than the oldest supported server', async () => {
    const [finding] = await lint([{ id: 'core@1', up: 'create table t (id uuid default uuidv7())' }]);
    expect(finding).toMatchObject({
      rule: 'newer-syntax',
    });
    expect(finding?.message).toContain('uuidv7(), new in PostgreSQL 18; the oldest supported version is 15.');
    expect(await found('create table t (a int, unique nulls not distinct (a)); select gen_random_uuid()')).toEqual([]);
  });

  it('names a newer function once, with all its places and the comment that allows it', async () => {
    const up = Array.from({ length: 12 }, () => 'select uuidv7();').join('\n');
    const [finding, ...more] = await lint([{ id: 'core@1', up: `${up}\nselect json_scalar(1)` }]);
    expect(more.map(({ message }) => message)).toEqual([expect.stringContaining('SQL/JSON query functions')]);
    expect(finding?.message).toContain('-- headwater-lint: allow newer-syntax: <reason>');
    expect(finding?.message).toMatch(/in 12 places: lines 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 2 more of the SQL\.$/);
    const allowed = `-- headwater-lint: allow newer-syntax: only on 18\n${up}`;
    expect(await found(allowed)).toEqual([]);
  });
});

it('missing-down is reported as information', async () => {
  expect(await lint([{ id: 'core@1', up: 'select 1', down: null }])).toMatchObject([
    { rule: 'missing-down', level: 'info', line: null },
  ]);
  expect(await lint([{ id: 'core@1', up: null, down: null }])).toMatchObject([{ rule: 'missing-down' }]);
});

it('lints a revision even if earlier ones are code or cannot be parsed', async () => {
  const sketches: Sketch[] = [
    { id: 'core@1', up: null },
    { id: 'core@2', up: 'selct' },
    { id: 'core@3', up: 'do $$ begin end $$' },
    { id: 'core@4', up: 'alter table t add column a int not null' },
  ];
  expect(rulesOf(await lint(sketches, ['core@1', 'core@2', 'core@3', 'core@4']))).toEqual([
    'syntax',
    'missing-breaking',
    'not-null-without-default',
  ]);
});

describe('an allow comment', () => {
  const drop = 'alter table likes_like drop column object_id';
  it.each([
    [
      'suppresses its rule in the statement directly below',
      `-- headwater-lint: allow data-loss: moved to notes\n${drop}`,
      [],
    ],
    [
      'may name several rules, with other comments below it',
      `-- headwater-lint: allow rename, data-loss: moved\n-- more\n${drop}`,
      [],
    ],
    [
      'may stand above another allow comment',
      `-- headwater-lint: allow rename: x\n-- headwater-lint: allow data-loss: moved\n${drop}`,
      [],
    ],
    ['is ignored without a reason', `-- headwater-lint: allow data-loss\n${drop}`, ['data-loss']],
    ['is ignored with an empty reason', `-- headwater-lint: allow data-loss: \n${drop}`, ['data-loss']],
    ['does not suppress another rule', `-- headwater-lint: allow rename: x\n${drop}`, ['data-loss']],
    ['does not suppress a later statement', `-- headwater-lint: allow data-loss: x\nselect 1;\n${drop}`, ['data-loss']],
    ['does not reach across an empty line', `-- headwater-lint: allow data-loss: x\n\n${drop}`, ['data-loss']],
    ['must name an existing rule', `-- headwater-lint: allow data-los: x\n${drop}`, ['unknown-rule', 'data-loss']],
  ])('%s', async (_, up, rules) => {
    expect(await found(up)).toEqual(rules);
  });

  it('may be anywhere in the text if the finding is about the whole revision', async () => {
    const up = `${drop};\n-- headwater-lint: allow missing-breaking, missing-down: nobody reads it\nselect 1`;
    expect(await found(up, { breaking: false, down: null })).toEqual(['data-loss']);
  });

  it('does not suppress a syntax error', async () => {
    expect(await found('-- headwater-lint: allow syntax: x\nselct 1')).toEqual(['syntax']);
  });

  it('without a reason is mentioned in the finding', async () => {
    const [finding] = await lint([
      ...community,
      { id: 'likes@0002', breaking: true, up: `-- headwater-lint: allow data-loss\n${drop}` },
    ]);
    expect(finding?.message).toMatch(/ The comment that allows this gives no reason, so it is ignored\.$/);
  });
});
