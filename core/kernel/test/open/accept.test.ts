import { describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../../test/helper/database.ts';
import type { DefinedRevision } from '../../src/contract/define-revision.ts';
import type { HostPlugin } from '../../src/open/open-options.ts';
import { matching } from '../cli/support.ts';
import { revision, text } from './support.ts';
import { siteOn } from './site.ts';

const ran = 'create table shop_order (id int primary key, note text)';

/** A plugin with two revisions, of which the first may be edited. */
function shop(first: string, rest: Partial<DefinedRevision> = {}): Readonly<Record<string, HostPlugin>> {
  const later = revision('shop@0002_total', 'alter table shop_order add column total int', {
    revises: 'shop@0001_order',
  });
  return { shop: { revisions: [revision('shop@0001_order', first, rest), later] } };
}

describe.each(databaseKinds)('accepting an edit on %s', (kind) => {
  it('replaces the row, keeps the old one in an event, and lets the next upgrade continue', async () => {
    const site = await siteOn(kind);
    await (await site.reopen(shop(ran))).upgrade({ to: 'shop@0001' });
    const edited = 'create table shop_order (note text, id int, primary key (id))';
    const kernel = await site.reopen(shop(edited, { down: text('drop table shop_order') }));
    await expect(kernel.upgrade()).rejects.toMatchObject({
      code: 'REVISION_EDITED',
      hint: matching(/npx kernel migrate:accept shop@0001_order/),
    });
    const preview = await kernel.accept('shop@0001', { dryRun: true });
    expect(preview).toMatchObject({
      runId: null,
      revision: 'shop@0001_order',
      checked: true,
      lines: [`-${ran}`, `+${edited}`],
    });
    await expect(kernel.upgrade()).rejects.toMatchObject({ code: 'REVISION_EDITED' });

    const { runId, from, to } = await kernel.accept('shop@0001', { reason: 'the same table' });
    expect(await kernel.upgrade()).toMatchObject({ applied: ['shop@0002_total'] });
    const shown = await kernel.show('shop@0001', { applied: true });
    expect(shown).toMatchObject({
      edited: null,
      up: edited,
      down: 'drop table shop_order',
      events: [{ kind: 'accept', run: runId, reason: 'the same table', unchecked: false, from, to }],
    });
    expect(await kernel.runs()).toMatchObject([{ kind: 'upgrade' }, { kind: 'accept', outcome: 'done' }, {}]);
    expect(await kernel.drift()).toEqual({ missing: [], unknown: [], unchecked: [] });
    const [event] = await site.query(`select detail -> 'old' ->> 'up' as up from kernel.event where kind = 'accept'`);
    expect(event).toEqual({ up: ran });
  });

  it.each([
    ['lacks', 'create table shop_order (id int primary key, note text, late int)', 'column shop_order.late'],
    ['still has', 'create table shop_order (id int primary key)', 'column shop_order.note'],
  ])('is refused if the database %s what the edit changes, except on request', async (verb, edited, object) => {
    const site = await siteOn(kind);
    await (await site.reopen(shop(ran))).upgrade({ to: 'shop@0001' });
    const kernel = await site.reopen(shop(edited));
    await expect(kernel.accept('shop@0001')).rejects.toMatchObject({
      code: 'ACCEPT_MISMATCH',
      exitCode: 40,
      message: matching(new RegExp(`${verb} the ${object.replace('.', '\\.')} of shop@0001_order`)),
      written: 'Nothing was written.',
    });
    expect(await kernel.accept('shop@0001', { unchecked: true })).toMatchObject({ checked: false });
    expect(await kernel.show('shop@0001')).toMatchObject({ edited: null, events: [{ unchecked: true }] });
  });

  it('accepts edges to applied revisions only', async () => {
    const site = await siteOn(kind);
    const other = { revisions: [revision('other@0001_a', 'create table other_a ()')] };
    await (await site.reopen(shop(ran))).upgrade({ to: 'shop@0001' });
    const kernel = await site.reopen({ ...shop(ran, { dependsOn: ['other@0001_a'] }), other });
    await expect(kernel.accept('shop@0001')).rejects.toMatchObject({ code: 'HISTORY_INCONSISTENT', exitCode: 15 });
    await site.query('create table other_a ()');
    const plain = await site.reopen({ ...shop(ran), other });
    await plain.stamp('other');
    const again = await site.reopen({ ...shop(ran, { dependsOn: ['other@0001_a'] }), other });
    expect(await again.accept('shop@0001')).toMatchObject({ lines: [` ${ran}`] });
    expect(await again.footprint('other')).toMatchObject({ dependents: [{ id: 'shop@0001_order' }] });
  });

  it('refuses a revision without an edit', async () => {
    const site = await siteOn(kind);
    await (await site.reopen(shop(ran))).upgrade({ to: 'shop@0001' });
    const kernel = await site.reopen(shop(`${ran} -- a comment`));
    const refused = { code: 'ACCEPT_REFUSED', exitCode: 2, written: 'Nothing was written.' };
    await expect(kernel.accept('shop@0001')).rejects.toMatchObject({
      ...refused,
      details: { reason: matching(/equal/) },
    });
    await expect(kernel.accept('shop@0002')).rejects.toMatchObject({
      ...refused,
      details: { reason: matching(/not applied/) },
    });
    await expect(kernel.accept('shop@0009')).rejects.toMatchObject({ code: 'TARGET_UNKNOWN' });
    const dormant = await site.reopen({});
    await expect(dormant.accept('shop@0001')).rejects.toMatchObject(refused);
  });
});
