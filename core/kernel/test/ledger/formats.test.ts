import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../../test/helper/database.ts';
import type { Session } from '../../src/db/session.ts';
import { applied, branch, sessionPerTest, upgrade } from '../db/support.ts';

/** The query with which a kernel of the first format reads the ledger. */
const firstQuery = `select format, same, case when same is not true then (
    select string_agg(concat_ws(' ', seq, plugin || '@' || slug, raw, breaking, down is not null, revises, depends_on),
      e'\\n') from kernel.ledger) end as lines
  from (select (select max(version) from kernel.format) as format, case when $1::text is not null then (
    select encode(sha256(convert_to(string_agg(line, e'\\n' order by line collate "C"), 'UTF8')), 'hex') = $1
      from (select plugin || '@' || slug || ' ' || raw as line from kernel.ledger) lines) end as same) reply`;

describe.each(databaseKinds)('the formats of the ledger on %s', (kind) => {
  const current = sessionPerTest(kind);
  let session: Session;
  beforeEach(() => {
    session = current();
  });

  it('show a kernel of the first format a number that it does not know, in the way in which it asks', async () => {
    await upgrade(session, branch('core', 'create table a (x int)'));
    // It compares the number with its own, 1, and exits with 33.
    expect(await session.query(firstQuery, [null])).toMatchObject([{ format: 2 }]);
  });

  it('are upgraded even if nothing is pending, and the objects are read from the stored SQL', async () => {
    const text = readFileSync(join(import.meta.dirname, '../../../../test/fixtures/database-format-1.sql'), 'utf8');
    await session.script(text);
    const before = await applied(session);
    expect((await upgrade(session, [])).error).toBeNull();
    expect(await session.query('select version, least_reader from kernel.format')).toEqual([
      { version: 2, least_reader: 2 },
    ]);
    expect(await applied(session)).toEqual(before);
    const [row] = await session.query(
      "select objects -> 'created' -> 0 as first from kernel.ledger where plugin = 'likes' order by seq limit 1",
    );
    expect(row).toEqual({ first: ['table', 'likes_like'] });
    expect(await session.query('select count(*)::int as n from kernel.ledger where objects is null')).toEqual([
      { n: 0 },
    ]);
  });

  it('leave without an owner what the stored SQL hides: every plugin may change it, and no later revision fails', async () => {
    const text = readFileSync(join(import.meta.dirname, '../../../../test/fixtures/database-format-1.sql'), 'utf8');
    const hidden = 'do $$ begin create table hidden_a (id int); end $$';
    await session.script(`${text}
      ${hidden};
      insert into kernel.ledger (plugin, slug, revises, depends_on, replaces, raw, breaking, up, package, package_version,
          run_id, attempt_id, duration_ms)
        select 'hidden', '0001', '{}', '{}', '{}', 'x', false, v.up, 'hidden', '1.0.0', gen_random_uuid(), gen_random_uuid(), 0
          from (values ('${hidden.replaceAll("'", "''")}')) v(up)`);
    const { error, applied: steps } = await upgrade(session, branch('x', 'alter table hidden_a add column x_n int'));
    expect(error).toBeNull();
    expect(steps).toEqual([{ id: 'x@0001', direction: 'up' }]);
    expect(await session.query(`select objects from kernel.ledger where plugin = 'hidden'`)).toEqual([
      { objects: null },
    ]);
    const foreign = [
      ...branch('x', 'alter table hidden_a add column x_n int'),
      ...branch('y', 'alter table likes_like drop column id'),
    ];
    expect((await upgrade(session, foreign)).error).toMatchObject({ code: 'OWNERSHIP_VIOLATED' });
  });
});
