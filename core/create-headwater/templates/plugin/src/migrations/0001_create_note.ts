import { defineRevision, sql } from '@headwater/kernel/plugin';

/** Adds my_plugin_notes to core_user and creates my_plugin_note. */
export default defineRevision({
  id: 'my-plugin@0001_create_note',
  revises: null,
  dependsOn: ['core@0001_create_objects'], // core_user
  up: sql`
    alter table "core_user" add column "my_plugin_notes" int not null default 0;

    create table "my_plugin_note" (
      "id" serial primary key,
      "author_id" int not null,
      "text" text not null,
      "created_at" timestamptz not null default now()
    );
    create index "my_plugin_note_author_id_index" on "my_plugin_note" ("author_id");
    alter table "my_plugin_note" add constraint "my_plugin_note_author_id_foreign"
      foreign key ("author_id") references "core_user" ("id") on delete cascade;
  `,
  down: sql`
    drop table "my_plugin_note";

    alter table "core_user" drop column "my_plugin_notes";
  `,
});
