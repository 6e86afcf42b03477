import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { databaseTarget } from '../../core/kernel/src/config/database-target.ts';
import { parseBytes } from '../../core/kernel/src/config/parse-json.ts';
import { readConfig } from '../../core/kernel/src/config/read-config.ts';
import { defineRevision, sql } from '../../core/kernel/src/plugin.ts';
import { isKernelError } from '../../core/kernel/src/error/kernel-codes.ts';
import { parseId } from '../../core/kernel/src/graph/revision-id.ts';
import { parseTarget } from '../../core/kernel/src/plan/parse-target.ts';
import { parseManifest } from '../../core/kernel/src/plugin/manifest-reader.ts';
import { readPluginFields } from '../../core/kernel/src/plugin/plugin-fields.ts';
import { parsePinnedSet, pinnedText } from '../../core/kernel/src/plugin/pinned-set.ts';
import { checkRevision } from '../../core/kernel/src/plugin/revision-check.ts';
import { revisionIn } from '../../core/kernel/src/plugin/revision-files.ts';
import { parseLock } from '../../core/kernel/src/plugin/revisions-lock.ts';
import { readSql } from '../../core/kernel/src/sql/read-sql.ts';
import { mutationsOf } from './mutations.ts';
import { canary } from './oracles.ts';
import { seed, tier } from './tier.ts';
import { countTrials } from './trials.ts';

const folder = mkdtempSync(join(tmpdir(), 'headwater-parsers-'));
afterAll(() => rmSync(folder, { recursive: true }));

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** A value that JavaScript would not parse is no value of a field. */
function valueIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const revision = { id: 'likes@0001_a', revises: null, dependsOn: ['core@0001_base'], breaking: true, replaces: [] };

const manifest = {
  format: 1,
  plugin: 'likes',
  version: '1.0.0',
  revisions: [{ id: 'likes@0001_a', revises: [], up: 'select 1', raw: 'r1:x', normal: 'n1:x', since: '1.0.0' }],
};

/** Everything that reads a text that a person or another program has written. */
const parsers: readonly (readonly [name: string, seeds: readonly string[], parse: (text: string) => unknown])[] = [
  [
    'config.json',
    [
      read('config/config.json'),
      `{"database":{"url":"postgres://u:${canary}@h/d"},"plugins":{"a":{"$enabled":true,"k":"\${CANARY}"}}}`,
      `{"database":{"url":"postgres://h/d","directUrl":"postgres://u:${canary}@h:5432/d"},"upgrade":{"lockWait":"\${CANARY}"}}`,
    ],
    (text) => readConfig('/project/config.json', { CANARY: canary }, text),
  ],
  [
    'an overlay',
    [`{"database":"postgres://u:${canary}@h/d","pool":{"max":5},"plugins":{"http":{"port":"\${CANARY}"}}}`],
    (text) => {
      writeFileSync(join(folder, 'config.fuzz.json'), text);
      return readConfig(join(folder, 'config.json'), { CANARY: canary, NODE_ENV: 'fuzz' }, read('config/config.json'));
    },
  ],
  ['bytes', [read('config/config.json')], (text) => parseBytes(Buffer.from(text, 'latin1'), 'config.json')],
  [
    'a database URL',
    [
      `postgres://u:${canary}@db.example.com:5432/shop?sslmode=verify-full&options=-c%20x`,
      `postgresql://u:${canary}@[::1]:5432/x`,
      'pglite://./data/x',
    ],
    (text) => databaseTarget(text, 'config.json', [{ file: 'config.json', json: { database: text } }]),
  ],
  ['a manifest', [JSON.stringify(manifest)], (text) => parseManifest(text, 'headwater.json', 'likes')],
  [
    'revisions.lock.json',
    [read('plugins/likes/revisions.lock.json'), read('plugins/core/revisions.lock.json')],
    (text) => parseLock(text, 'revisions.lock.json'),
  ],
  [
    'headwater.lock.json',
    [
      pinnedText({
        likes: { package: '@headwater/plugin-likes', version: '1.0.0', revisions: { 'likes@0001_a': 'r1:x' } },
      }),
    ],
    (text) => parsePinnedSet(text, 'headwater.lock.json'),
  ],
  [
    'the exports of a revision file',
    [JSON.stringify({ default: { kind: 'revision', ...revision } }), JSON.stringify({ up: 'select 1' })],
    (text) => checkRevision(revisionIn(valueIn(text), 'likes', 'file.ts'), 'likes', '0001_a', 'file.ts'),
  ],
  [
    'the fields of package.json',
    [read('plugins/likes/package.json'), read('plugins/site/package.json')],
    (text) => {
      const fields = valueIn(text);
      if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) return null;
      const file = { directory: '/plugins/likes', name: 'likes', version: '1.0.0', fields: { ...fields } };
      return readPluginFields(file);
    },
  ],
  [
    'a revision',
    [JSON.stringify(revision), JSON.stringify({ ...revision, transaction: false, check: 'select 1', version: 3 })],
    (text) => {
      const fields = valueIn(text);
      const given = typeof fields === 'object' ? { ...fields } : {};
      const defined = defineRevision({ up: sql`select 1`, ...given } as unknown as Parameters<
        typeof defineRevision
      >[0]);
      return checkRevision(defined, 'likes', '0001_a', 'file.ts');
    },
  ],
  ['a revision id', ['likes@0001_create_like', 'core@0012'], (text) => parseId(text)],
  ['a target', ['likes@0001', 'likes@-1', 'core@base', 'likes', '0001', 'likes@+2'], (text) => parseTarget(text)],
];

const runs = { quick: 400, full: 5_000, long: 100_000 }[tier];

/** Writing the file of an overlay takes longer than reading it. */
const runsOf = (name: string): number => (name === 'an overlay' ? runs / 20 : runs);

describe(`F-47: every parser gives a value or an error with a code, and no secret, SEED=${seed}`, () => {
  /** Checks an outcome. */
  function check(text: string, thrown: unknown): void {
    if (!isKernelError(thrown)) throw new Error(`${JSON.stringify(text)}: ${String(thrown)}`, { cause: thrown });
    expect(thrown.code, text).not.toBe('INTERNAL');
    const said = JSON.stringify([thrown.message, thrown.hint, thrown.written]);
    // The canary is the value of a variable, or a password, unless the edits have moved it.
    const isSecret = text.includes(`:${canary}@`) || !text.includes(canary);
    if (isSecret && said.includes(canary)) throw new Error(`the secret in ${JSON.stringify(text)} is printed: ${said}`);
  }

  it.each(parsers)(
    '%s',
    (name, seeds, parse) => {
      fc.assert(
        fc.property(mutationsOf(seeds), (text) => {
          const began = performance.now();
          try {
            parse(text);
          } catch (error) {
            check(text, error);
          }
          expect(performance.now() - began, text).toBeLessThan(2000);
        }),
        { seed, numRuns: runsOf(name) },
      );
      countTrials(runsOf(name));
    },
    600_000,
  );

  it('SQL, which PostgreSQL itself may refuse', async () => {
    const seeds = [
      'create table likes_like (id int primary key, at timestamptz default now()); -- x',
      `do $$ begin execute 'create index on likes_like (at)'; end $$; comment on table likes_like is 'x'`,
      `create function f(a int) returns int language sql as $f$ select a + 1 $f$; alter type m add value 'x' after 'y'`,
    ];
    await fc.assert(
      fc.asyncProperty(mutationsOf(seeds), async (text) => {
        const reading = await readSql(text).catch((error: unknown) => (check(text, error), null));
        expect(reading, text).not.toBe(undefined);
      }),
      { seed, numRuns: runs },
    );
    countTrials(runs);
  }, 600_000);
});
