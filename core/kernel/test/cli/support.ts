import { createServer } from 'node:net';
import { once } from 'node:events';
import { expect, onTestFinished } from 'vitest';
import type { DatabaseTarget } from '../../src/config/config.ts';
import { emptyDatabase, urlOf } from '../../../../test/helper/database.ts';
import type { Finished } from '../../../../test/helper/kernel-process.ts';
import type { PluginSketch } from '../../../../test/helper/project.ts';

/** A small community application: plugin zero and three plugins. `stickers` requires `likes`. */
export const community: Readonly<Record<string, PluginSketch>> = {
  core: {
    revisions: {
      '0001_create_objects': {
        up: 'create table core_object (id int primary key)',
        down: 'drop table core_object',
      },
      '0002_create_users': { up: 'create table core_user (id int primary key)', down: 'drop table core_user' },
    },
  },
  likes: {
    revisions: {
      '0001_create_like': {
        dependsOn: ['core@0001_create_objects'],
        up: 'create table likes_like (object_id int references core_object)',
        down: 'drop table likes_like',
      },
      '0002_count_on_object': {
        up: 'alter table core_object add column likes_count int not null default 0',
        down: 'alter table core_object drop column likes_count',
      },
    },
  },
  comments: {
    revisions: {
      '0001_create_comment': {
        dependsOn: ['core@0002_create_users'],
        up: 'create table comments_comment (id int primary key)',
        down: 'drop table comments_comment',
      },
    },
  },
  stickers: {
    requires: ['likes'],
    revisions: {
      '0001_create_sticker': {
        dependsOn: ['likes@0001_create_like'],
        up: 'create table stickers_sticker (id int primary key)',
        down: 'drop table stickers_sticker',
      },
    },
  },
};

/** All revisions of {@link community}, in execution order. */
export const inOrder = [
  'core@0001_create_objects',
  'likes@0001_create_like',
  'stickers@0001_create_sticker',
  'likes@0002_count_on_object',
  'core@0002_create_users',
  'comments@0001_create_comment',
] as const;

/** The format of a run id. */
export const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A new, empty database on the server of the test run. */
export interface ServerDatabase {
  readonly target: DatabaseTarget;
  readonly name: string;
  readonly url: URL;
}

/** Creates such a database. */
export async function serverDatabase(): Promise<ServerDatabase> {
  const target = await emptyDatabase('postgres');
  const url = new URL(urlOf(target));
  return { target, name: url.pathname.slice(1), url };
}

/** An error as `--json` prints it. */
export interface Refusal {
  readonly code: string;
  readonly exitCode: number;
  readonly message: string;
  readonly hint: string;
  readonly written: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Returns the error of a run with `--json`: one document on standard output, and no other output. */
export function refusalIn(done: Finished): Refusal {
  const json = done.json();
  expect(json, done.stderr).toHaveProperty('error.code');
  expect(done.stderr).toBe('');
  // The error has a code; the tests check its other fields.
  const { error } = json as { readonly error: Refusal };
  expect(done.code).toBe(error.exitCode);
  return error;
}

/** Checks that a run printed an error in the usual format, and returns its text. */
export function complaintIn(done: Finished, exit: number): string {
  expect(done, `${done.stdout}${done.stderr}`).toMatchObject({ code: exit, stdout: '' });
  expect(done.stderr).toMatch(/^error .*[A-Z_]+: .+/);
  expect(done.stderr).toMatch(/^fix: .+/m);
  expect(done.stderr).toMatch(/written|ledger|rolled back|database/i);
  expect(done.stderr, 'a stack without --debug').not.toMatch(/^\s+at .+:\d+:\d+/m);
  return done.stderr;
}

/** Any text that matches, for `toEqual`. */
export function matching(pattern: RegExp): unknown {
  return expect.stringMatching(pattern);
}

/** Any number, for `toEqual`. */
export const aNumber: unknown = expect.any(Number);

/** Checks that a run succeeded and returns it. */
export function ok(done: Finished): Finished {
  expect(done, `${done.stdout}${done.stderr}`).toMatchObject({ code: 0 });
  return done;
}

/** A database server that counts connections and closes them, for tests in which nothing may connect. */
export interface Trap {
  readonly url: string;
  readonly calls: () => number;
}

/** Opens a trap until the end of the test. */
export async function openTrap(): Promise<Trap> {
  let calls = 0;
  const server = createServer((socket) => {
    calls += 1;
    socket.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { url: `postgres://headwater:unused@127.0.0.1:${port}/trap`, calls: () => calls };
}
