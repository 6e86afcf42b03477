import { describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../../test/helper/database.ts';
import type { HostPlugin } from '../../src/open/open-options.ts';
import { matching } from '../cli/support.ts';
import { revision } from './support.ts';
import { siteOn, type Site } from './site.ts';

/** A plugin whose revisions run these statements, one after the other. */
function plugin(name: string, ...statements: readonly Parameters<typeof revision>[1][]): HostPlugin {
  const id = (n: number): string => `${name}@000${n}_r`;
  return { revisions: statements.map((up, i) => revision(id(i + 1), up, { revises: i === 0 ? null : id(i) })) };
}

const shop = plugin(
  'shop',
  'create table shop_order (id int primary key, note text); create table shop_draft (id int); create index shop_note on shop_order (note)',
  'alter table shop_order rename column note to remark; drop table shop_draft',
);

async function mismatch(site: Site, plugins: Readonly<Record<string, HostPlugin>>): Promise<unknown> {
  const kernel = await site.reopen(plugins);
  const error: unknown = await kernel.stamp('heads').catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'STAMP_MISMATCH', exitCode: 40, written: 'Nothing was written.' });
  expect(await site.query(`select to_regnamespace('kernel')::text as ledger`)).toEqual([{ ledger: null }]);
  return error;
}

describe.each(databaseKinds)('a stamp on %s', (kind) => {
  it('is refused with everything that is missing, and that the revisions drop, before a ledger exists', async () => {
    const site = await siteOn(kind);
    expect(await mismatch(site, { shop })).toMatchObject({
      details: {
        missing: [{ revision: 'shop@0001_r', plugin: 'shop', kind: 'table', name: 'shop_order', table: null }],
        left: [],
      },
    });
    await site.use(({ script }) =>
      script('create table shop_order (id int primary key, note text); create table shop_draft (id int)'),
    );
    const error = await mismatch(site, { shop });
    expect(error).toMatchObject({
      message: matching(/lacks .*column shop_order\.remark of shop@0002_r/),
      hint: matching(/npx kernel migrate:stamp heads --unchecked/),
      details: {
        missing: [
          { kind: 'index', name: 'shop_note' },
          { kind: 'column', name: 'remark', table: 'shop_order' },
        ],
        left: [
          { revision: 'shop@0002_r', kind: 'column', name: 'note', table: 'shop_order' },
          { revision: 'shop@0002_r', kind: 'table', name: 'shop_draft' },
        ],
      },
    });
  });

  it('compares the net effect of the stamped revisions, on top of the applied ones', async () => {
    const site = await siteOn(kind);
    await site.use(({ script }) =>
      script(
        'create table shop_order (id int primary key, remark text); create index shop_note on shop_order (remark)',
      ),
    );
    const kernel = await site.reopen({ shop });
    // Nothing is written, so it can be stamped afterwards.
    expect(await kernel.stamp('shop', { dryRun: true })).toMatchObject({ runId: null, stamped: { length: 2 } });
    expect(await kernel.stamp('shop')).toMatchObject({ stamped: { length: 2 }, unchecked: [] });
    expect(await kernel.drift()).toEqual({ missing: [], unknown: [], unchecked: [] });

    const late = plugin('late', 'alter table shop_order add column late_at int');
    const next = await site.reopen({ shop, late });
    await expect(next.stamp('late', { dryRun: true })).rejects.toMatchObject({ code: 'STAMP_MISMATCH' });
    await site.query('alter table shop_order add column late_at int');
    const { runId } = await (await site.reopen({ shop, late })).stamp('late');
    expect(await site.query(`select detail from kernel.event where run_id = '${runId}'`)).toEqual([{ detail: null }]);
  });

  it('lists the revisions that cannot be read, and refuses none of them', async () => {
    const site = await siteOn(kind);
    const opaque = plugin('opaque', `do $$ begin execute 'create table opaque_a (id int)'; end $$`, 'select 1');
    const kernel = await site.reopen({ opaque });
    expect(await kernel.stamp('heads')).toMatchObject({ stamped: { length: 2 }, unchecked: ['opaque@0001_r'] });
  });

  it('is written in spite of a mismatch on request, which its events record', async () => {
    const site = await siteOn(kind);
    const kernel = await site.reopen({ shop });
    const { runId, stamped, unchecked } = await kernel.stamp('shop', { unchecked: true });
    expect({ stamped, unchecked }).toEqual({
      stamped: ['shop@0001_r', 'shop@0002_r'],
      unchecked: ['shop@0001_r', 'shop@0002_r'],
    });
    expect(await kernel.drift()).toMatchObject({ missing: [{ name: 'shop_order' }] });
    const events = await site.query(`select distinct detail from kernel.event where run_id = '${runId}'`);
    expect(events).toEqual([{ detail: { unchecked: true } }]);
  });
});
