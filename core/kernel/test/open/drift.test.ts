import { describe, expect, it, onTestFinished } from 'vitest';
import { databaseKinds, emptyDatabase, urlOf, type DatabaseKind } from '../../../../test/helper/database.ts';
import { openSession } from '../../src/db/session.ts';
import { open, type Kernel } from '../../src/open/open.ts';
import type { HostConfig, HostPlugin } from '../../src/open/open-options.ts';
import { revision } from './support.ts';

const users: HostPlugin = {
  revisions: [
    revision(
      'users@0001_person',
      `create type mood as enum ('fine'); create domain email as text check (value like '%@%');
      create table person (id serial primary key, mail email not null unique, mood mood, age int check (age > 0));
      create view adult as select id from person where age >= 18;
      create function shout() returns trigger language plpgsql as $$ begin return new; end $$;
      create trigger loud before insert on person for each row execute function shout();
      alter table person enable row level security; create policy own on person using (true);
      create index person_mood on person (mood); create sequence ticket`,
    ),
    revision(
      'users@0002_rename',
      'alter table person rename to member; alter index person_mood rename to member_mood',
      {
        revises: 'users@0001_person',
      },
    ),
  ],
};
const likes: HostPlugin = {
  revisions: [
    revision(
      'likes@0001_like',
      `create table likes_like (member int not null references member, at timestamptz not null default now());
      alter table member add column likes_count int not null default 0`,
      { dependsOn: ['users@0002_rename'] },
    ),
    revision(
      'likes@0002_opaque',
      `do $$ begin execute 'create table likes_hidden (id int primary key)'; end $$; create index likes_at on likes_like (at)`,
      { revises: 'likes@0001_like' },
    ),
  ],
};
const later: HostPlugin = { revisions: [revision('later@0001_more', 'create table later_more (id int)')] };

interface Site {
  readonly reopen: (plugins: Readonly<Record<string, HostPlugin>>, upgrade?: HostConfig['upgrade']) => Promise<Kernel>;
  readonly run: (text: string) => Promise<void>;
}

/** A database with the revisions of both plugins. */
async function siteOn(kind: DatabaseKind): Promise<Site> {
  const target = await emptyDatabase(kind);
  let kernel: Kernel | null = null;
  onTestFinished(() => kernel?.close());
  const reopen: Site['reopen'] = async (plugins, upgrade = {}) => {
    await kernel?.close();
    kernel = await open({ config: { database: urlOf(target), upgrade }, plugins });
    return kernel;
  };
  await (await reopen({ users, likes })).upgrade();
  return {
    reopen,
    async run(text) {
      await kernel?.close();
      const session = await openSession(target);
      try {
        await session.script(text);
      } finally {
        await session.close();
      }
    },
  };
}

describe.each(databaseKinds)('drift on %s', (kind) => {
  it('names the missing objects of applied revisions with their plugins and revisions, also of dormant ones', async () => {
    const { reopen, run } = await siteOn(kind);
    expect(await (await reopen({ users, likes })).drift()).toEqual({ missing: [], unknown: [], unchecked: [] });
    await run(
      `drop table likes_hidden; drop index member_mood; alter table member drop column likes_count; drop view adult;
      drop trigger loud on member; drop function shout(); drop policy own on member; drop sequence ticket;
      create table by_hand (id int); create view mine as select 1`,
    );
    const { missing, unknown } = await (await reopen({ users })).drift();
    const found = missing.map(({ kind: of, table, name, createdBy }) => `${of} ${table ?? ''}.${name} ${createdBy}`);
    expect(found.toSorted()).toEqual([
      'column member.likes_count likes@0001_like',
      'function .shout users@0001_person',
      'index member.member_mood users@0001_person',
      'policy member.own users@0001_person',
      'sequence .ticket users@0001_person',
      'table .likes_hidden likes@0002_opaque',
      'trigger member.loud users@0001_person',
      'view .adult users@0001_person',
    ]);
    expect(unknown.toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual([
      { kind: 'table', name: 'by_hand' },
      { kind: 'view', name: 'mine' },
    ]);
    expect(missing.find(({ name }) => name === 'likes_hidden')).toMatchObject({ plugin: 'likes' });
  });

  it('refuses an upgrade with pending revisions if the config says so, before anything is written', async () => {
    const { reopen, run } = await siteOn(kind);
    await run('drop index likes_at');
    const checked = await reopen({ users, likes, later }, { checkDrift: true });
    await expect(checked.upgrade()).rejects.toMatchObject({
      code: 'DRIFT_FOUND',
      exitCode: 40,
      written: 'Nothing was written.',
      message: expect.stringContaining('the index likes_like.likes_at of likes@0002_opaque') as unknown,
    });
    await expect(checked.start()).rejects.toMatchObject({ code: 'DRIFT_FOUND' });
    expect((await checked.diagnose()).checks.find(({ name }) => name === 'drift')).toMatchObject({
      findings: [{ severity: 'error', exitCode: 40 }],
    });
    // Without a pending revision, a start neither reads the catalog nor fails.
    await (await (await reopen({ users, likes }, { checkDrift: true })).start()).stop();
    expect((await (await reopen({ users, likes, later })).upgrade()).applied).toEqual(['later@0001_more']);
  });

  it('warns about revisions whose objects are not known: opaque ones that were stamped', async () => {
    const { reopen, run } = await siteOn(kind);
    await run(`delete from kernel.ledger where slug = '0002_opaque'; delete from kernel.run`);
    await (await reopen({ users, likes })).stamp('likes@0002_opaque');
    const kernel = await reopen({ users, likes });
    expect(await kernel.drift()).toMatchObject({ missing: [], unchecked: ['likes@0002_opaque'] });
    const diagnosis = await kernel.diagnose();
    expect(diagnosis.checks.find(({ name }) => name === 'drift')).toMatchObject({
      findings: [{ severity: 'warning', message: expect.stringContaining('likes@0002_opaque') as unknown }],
    });
  });
});
