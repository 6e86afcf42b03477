import { workspaceKernel } from '../../../../test/helper/kernel-process.ts';
import { makeProject, type Project } from '../../../../test/helper/project.ts';
import type { TestKernel } from '../../src/testing.ts';

/** A plugin with notes. A revision inserts kinds of notes, a trigger counts the notes, and `start` writes one. */
const notes = {
  revisions: {
    '0001_create_note': `
      create table notes_kind (id int generated always as identity primary key, name text not null, parent int references notes_kind);
      insert into notes_kind (name, parent) values ('plain', null), ('it''s "urgent", \\ really', 1), ('', null);
      create table notes_total (kind int primary key references notes_kind, notes int not null);
      create table notes_note (
        id serial primary key, kind int not null references notes_kind, text text, size int generated always as (length(text)) stored
      );
      create function notes_count() returns trigger language plpgsql as $$ begin
        insert into notes_total values (new.kind, 1) on conflict (kind) do update set notes = notes_total.notes + 1;
        return null;
      end $$;
      create trigger notes_count after insert on notes_note for each row execute function notes_count();
      create sequence notes_ticket;
      select nextval('notes_ticket');
      create sequence notes_number;
      alter sequence notes_number restart with 1000;`,
  },
  fields: `
    async start({ get, log }) {
      const { Database } = await import('@headwater/kernel/plugin');
      await get(Database).em.execute("insert into notes_note (kind, text) values (2, 'welcome')");
      log.info('ready');
      log.warn('one note');
    }`,
};

/**
 * Makes a project with the plugin `notes`, its required plugin `base`, and others. No test can depend on its
 * config.json, which is invalid.
 */
export async function makeNotes(): Promise<Project> {
  const project = await makeProject({
    kernel: workspaceKernel,
    plugins: {
      base: { revisions: { '0001_create_base': 'create table base_thing (id serial primary key);' } },
      notes: { ...notes, requires: ['base'], optional: ['extra'] },
      extra: {},
      broken: { revisions: { '0001_fail': 'create table broken_thing (id int); select 1 / 0;' } },
    },
  });
  project.write('config.json', '{ "database": "postgres://127.0.0.1:1/nowhere", "plugins": { "missing": {} } }');
  return project;
}

/** Runs SQL like a service. */
export function execute({ run, database }: TestKernel, text: string): Promise<readonly Record<string, unknown>[]> {
  return run(() => database.em.execute(text));
}
