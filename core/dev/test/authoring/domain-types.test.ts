import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defineEntity, p } from '@mikro-orm/core';
import { defineRevision } from '../../../kernel/src/contract/define-revision.ts';
import { sql } from '../../../kernel/src/contract/sql.ts';
import { checkRevision } from '../../../kernel/src/plugin/revision-check.ts';
import type { Revision } from '../../../kernel/src/plugin/revision.ts';
import { subsetOf } from '../../src/authoring/plugin-subset.ts';
import { replayUp } from '../../src/shadow/replay.ts';
import { verifyBranch } from '../../src/verify/verify-branch.ts';
import { openAuthoring, pluginSetOf, type Authoring, type InMemoryPlugin } from '../../../../test/helper/authoring.ts';
import { databaseKinds, serverUrl } from '../../../../test/helper/database.ts';

const Note = defineEntity({
  name: 'Note',
  tableName: 'note',
  properties: { id: p.integer().primary(), mail: p.string().columnType('email').nullable() },
});
const plugins: readonly InMemoryPlugin[] = [{ name: 'notes', entities: [Note] }];

function revision(n: number, up: string, down: string): Revision {
  const text = (one: string) => ({ ...sql``, text: one });
  const revises = n === 1 ? null : `notes@000${n - 1}`;
  const defined = defineRevision({ id: `notes@000${n}`, revises, up: text(up), down: text(down) });
  return checkRevision(defined, 'notes', `000${n}`, `000${n}.ts`);
}

const first = revision(
  1,
  `create domain email as varchar(50) check (value like '%@%'); create table note (id serial primary key, mail email);
    create index note_mail on note (mail);`,
  'drop table note; drop domain email;',
);

/** The way that the hint describes, in both directions. */
const become = (type: string): string =>
  `create domain email_new as ${type} check (value like '%@%');
    alter table note alter column mail type email_new using mail::${type}::email_new;
    drop domain email; alter domain email_new rename to email;
    alter domain email rename constraint email_new_check to email_check;`;

describe.each(databaseKinds)('a domain that gets another base type while a column has it, on %s,', (kind) => {
  let authoring: Authoring;
  beforeAll(async () => {
    authoring = await openAuthoring(kind === 'postgres' ? serverUrl('postgres') : null);
  });
  afterAll(() => authoring[Symbol.asyncDispose]());

  it('is refused with the way to write it, if it is dropped and created again', async () => {
    const { shadow } = authoring;
    await shadow.empty();
    await replayUp(shadow, [first]);
    const again = revision(2, 'drop domain email; create domain email as text;', 'select 1;');
    const refused: unknown = await replayUp(shadow, [again]).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      code: 'SHADOW_FAILED',
      message: expect.stringContaining('DETAIL: column mail of table note depends on type email') as string,
      hint: expect.stringContaining('Create the new type under another name, change each column') as string,
    });
  });

  it('is proven if it is written that way, and its entities agree', async () => {
    const revisions = [first, revision(2, become('text'), become('varchar(50)'))];
    const all = subsetOf(pluginSetOf(plugins, revisions));
    expect(await verifyBranch(authoring.shadow, 'notes', all, () => {})).toEqual([]);
    expect(await authoring.check(plugins, revisions)).toEqual([]);
  });

  it('is named by a proof if `down` leaves the new type', async () => {
    const all = subsetOf(pluginSetOf(plugins, [first, revision(2, become('text'), 'select 1;')]));
    expect(await verifyBranch(authoring.shadow, 'notes', all, () => {})).toMatchObject([
      { rule: 'undo', revision: 'notes@0002', differences: ['change domain email'] },
    ]);
  });

  const contact = revision(
    1,
    `create domain email as varchar(50) check (value like '%@%'); create type address as (mail email, city text);
      create table contact (id serial primary key, mails email[], home address);
      insert into contact (mails, home) values (array['a@b'], row('c@d', 'x'));`,
    'drop table contact; drop type address; drop domain email;',
  );

  /** The way that the hint describes for an array and for a composite type. */
  const becomeWithin = (type: string): string =>
    `create domain email_new as ${type} check (value like '%@%'); create type address_new as (mail email_new, city text);
      alter table contact alter column mails type email_new[] using mails::${type}[]::email_new[],
        alter column home type address_new using home::text::address_new;
      drop type address; drop domain email; alter domain email_new rename to email; alter type address_new rename to address;
      alter domain email rename constraint email_new_check to email_check;`;

  it('is refused with the way to write it, if arrays and composite types use it', async () => {
    const { shadow } = authoring;
    await shadow.empty();
    await replayUp(shadow, [contact]);
    const again = revision(2, 'drop domain email; create domain email as text;', 'select 1;');
    const refused: unknown = await replayUp(shadow, [again]).catch((error: unknown) => error);
    expect(refused).toMatchObject({ hint: expect.stringContaining('using tags::text[]::tag_new[]') as string });
    expect(refused).toMatchObject({ hint: expect.stringContaining('using home::text::address_new') as string });
  });

  it('is proven if it is written that way within arrays and composite types, and keeps their values', async () => {
    const { shadow } = authoring;
    const revisions = [contact, revision(2, becomeWithin('text'), becomeWithin('varchar(50)'))];
    expect(
      await verifyBranch(shadow, 'notes', subsetOf(pluginSetOf([{ name: 'notes' }], revisions)), () => {}),
    ).toEqual([]);
    const rows = await shadow.session.query('select mails::text as mails, home::text as home from contact');
    expect(rows).toEqual([{ mails: '{a@b}', home: '(c@d,x)' }]);
  });
});
