import { defineRevision, sql } from '@headwater/kernel/plugin';

/** Creates accounts_account, creates accounts_attempt, creates accounts_name_key and creates accounts_session. */
export default defineRevision({
  id: 'accounts@0001_create_accounts',
  revises: null,
  dependsOn: ['core@0001_create_objects'], // core_user
  up: sql`
    create table "accounts_account" (
      "user_id" int primary key,
      "password_hash" text not null,
      "role" varchar(16) not null default 'member',
      "created_at" timestamptz not null default now()
    );
    alter table "accounts_account" add constraint "accounts_account_user_id_foreign"
      foreign key ("user_id") references "core_user" ("id") on update cascade on delete cascade;

    create table "accounts_attempt" (
      "key" varchar(255) primary key,
      "began_at" timestamptz not null,
      "count" int not null
    );
    create index "accounts_attempt_began_at_index" on "accounts_attempt" ("began_at");

    create table "accounts_name_key" (
      "key" varchar(255) primary key,
      "user_id" int not null
    );
    create index "accounts_name_key_user_id_index" on "accounts_name_key" ("user_id");
    alter table "accounts_name_key" add constraint "accounts_name_key_user_id_foreign"
      foreign key ("user_id") references "core_user" ("id") on delete cascade;

    create table "accounts_session" (
      "token_hash" varchar(64) primary key,
      "user_id" int not null,
      "created_at" timestamptz not null default now(),
      "expires_at" timestamptz not null
    );
    create index "accounts_session_user_id_index" on "accounts_session" ("user_id");
    create index "accounts_session_expires_at_index" on "accounts_session" ("expires_at");
    alter table "accounts_session" add constraint "accounts_session_user_id_foreign"
      foreign key ("user_id") references "core_user" ("id") on delete cascade;
  `,
  down: sql`
    drop table "accounts_session";
    drop table "accounts_name_key";
    drop table "accounts_attempt";
    drop table "accounts_account";
  `,
});
