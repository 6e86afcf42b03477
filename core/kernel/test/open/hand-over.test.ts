import { describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../../test/helper/database.ts';
import { open } from '../../src/open/open.ts';
import type { HostInlinePlugin } from '../../src/open/open-options.ts';
import { matching } from '../cli/support.ts';
import { siteOn } from './site.ts';
import { revision, text } from './support.ts';

const line = (object: string, to = 'tags'): string => `-- headwater: hand over ${object} to ${to}`;

/** A plugin that creates two tables, of which it hands one over with `given`. */
function shop(given: string | null, to?: string): HostInlinePlugin {
  return {
    revisions: [
      revision(
        'shop@0001_tables',
        'create table shop_tag (id int primary key, label text); create table shop_item (n int)',
        {
          down: text('drop table shop_tag; drop table shop_item'),
        },
      ),
      ...(given === null
        ? []
        : [
            revision('shop@0002_hand_over', line(given, to), {
              revises: 'shop@0001_tables',
              down: text('-- It goes back by itself.'),
            }),
          ]),
    ],
  };
}

/** The plugin that gets it, with what it does next. */
function tags(up: string, name = 'tags', rest: Partial<HostInlinePlugin> = {}): HostInlinePlugin {
  return {
    revisions: [
      revision(`${name}@0001_color`, up, {
        dependsOn: ['shop@0002_hand_over'],
        down: text('alter table shop_tag drop column color'),
      }),
    ],
    ...rest,
  };
}

const addColor = 'alter table shop_tag add column color text, alter column label set not null';

describe.each(databaseKinds)('handing a table over on %s', (kind) => {
  it('makes the other plugin its owner, in old and new databases alike', async () => {
    const site = await siteOn(kind);
    await (await site.reopen({ shop: shop(null) })).upgrade();
    const both = { shop: shop('table shop_tag'), tags: tags(addColor) };
    const upgraded = await site.reopen(both);
    expect(await upgraded.upgrade()).toMatchObject({ applied: ['shop@0002_hand_over', 'tags@0001_color'] });
    const owned = await upgraded.objects();
    const owner = (name: string): unknown => owned.find((one) => one.name === name)?.plugin;
    expect(['shop_tag', 'label', 'color', 'shop_item'].map(owner)).toEqual(['tags', 'tags', 'tags', 'shop']);
    expect(await upgraded.drift()).toMatchObject({ missing: [], unknown: [] });
    // Whoever has created the table drops it, and is held by the edge.
    expect(await upgraded.footprint('shop')).toMatchObject({
      tables: [{ name: 'shop_item' }, { name: 'shop_tag' }],
      dependents: [{ id: 'tags@0001_color' }],
    });
    expect(await upgraded.footprint('tags')).toMatchObject({ tables: [], columns: [{ name: 'color', owner: 'tags' }] });
    await expect(upgraded.downgrade('shop@base')).rejects.toMatchObject({ code: 'DOWNGRADE_BLOCKED' });

    const fresh = await (await siteOn(kind)).reopen(both);
    await fresh.upgrade();
    const ofFresh = await fresh.objects();
    const shown = (list: typeof owned): readonly string[] =>
      list.map(({ kind: of, name, plugin }) => `${of} ${name} ${plugin}`).toSorted();
    expect(shown(ofFresh)).toEqual(shown(owned));

    // Reverted, it goes back.
    await upgraded.downgrade('shop@0001', { cascade: true });
    expect((await upgraded.objects()).find(({ name }) => name === 'shop_tag')?.plugin).toBe('shop');
  });

  it('takes the rights of the plugin that gave it', async () => {
    const site = await siteOn(kind);
    const later = revision('shop@0003_drop', 'drop table shop_tag', { revises: 'shop@0002_hand_over' });
    const giver = { revisions: [...shop('table shop_tag').revisions, later] };
    await expect((await site.reopen({ shop: giver, tags: tags(addColor) })).upgrade()).rejects.toMatchObject({
      code: 'OWNERSHIP_VIOLATED',
      message: matching(/shop@0003_drop.*it drops table shop_tag, which belongs to "tags"/s),
    });
  });

  it('refuses to give away what is unknown or belongs to others', async () => {
    const users = { revisions: [revision('users@0001_person', 'create table users_person (id int)')] };
    const site = await siteOn(kind);
    const plugins = { shop: shop(null), users };
    await (await site.reopen(plugins)).upgrade();
    for (const object of ['table shop_tga', 'column shop_item.m', 'table users_person']) {
      await expect((await site.reopen({ ...plugins, shop: shop(object) })).upgrade(), object).rejects.toMatchObject({
        code: 'OWNERSHIP_VIOLATED',
        message: matching(/it hands over/),
        written: matching(/nothing was written/),
      });
    }
  });

  it('follows a plugin that gets a new name afterwards', async () => {
    const site = await siteOn(kind);
    const giver = shop('column shop_tag.label');
    await (
      await site.reopen({ shop: giver, tags: tags('alter table shop_tag alter column label set not null') })
    ).upgrade();
    const code = {
      shop: giver,
      labels: tags('alter table shop_tag alter column label set not null', 'labels', { formerly: ['tags'] }),
    };
    const renamed = await site.reopen(code);
    await renamed.rename('tags', 'labels');
    expect(await renamed.upgrade()).toMatchObject({ applied: [] });
    const fresh = await (await siteOn(kind)).reopen(code);
    expect(await fresh.upgrade()).toMatchObject({ applied: { length: 3 } });
    for (const kernel of [renamed, fresh]) {
      const found = (await kernel.objects()).filter(({ name }) => name === 'label' || name === 'shop_tag');
      expect(Object.fromEntries(found.map(({ name, plugin }) => [name, plugin]))).toEqual({
        label: 'labels',
        shop_tag: 'shop',
      });
    }
  });
});

describe('a line that hands something over', () => {
  it.each([
    ['-- headwater: hand over shop_tag to tags', { up: text('-- headwater: hand over shop_tag to tags') }],
    ['hand over table shop_tag', { up: text('-- headwater: hand over table shop_tag') }],
    ['goes back by itself', { up: text('select 1'), down: text(line('table shop_tag')) }],
  ])('is refused unless it is well-formed, and in `up`: %s', async (part, body) => {
    const revisions = [revision('shop@0001_a', 'select 1', body)];
    await expect(open({ config: { database: 'pglite://' }, plugins: { shop: { revisions } } })).rejects.toMatchObject({
      code: 'REVISION_FIELD_INVALID',
      message: matching(new RegExp(part)),
    });
  });
});
