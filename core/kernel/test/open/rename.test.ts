import { describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../../test/helper/database.ts';
import type { DefinedRevision } from '../../src/contract/define-revision.ts';
import type { HostPlugin } from '../../src/open/open-options.ts';
import { matching } from '../cli/support.ts';
import { siteOn } from './site.ts';
import { revision, text } from './support.ts';

const created = 'create table likes_like (id int)';
const likeRevision = (name: string, table = created): DefinedRevision =>
  revision(`${name}@0001_like`, table, { down: text('drop table likes_like') });

/** A plugin with SQL and code, under any name. */
function likes(name: string, rest: Partial<HostPlugin> = {}, table = created): HostPlugin {
  return {
    revisions: [
      likeRevision(name, table),
      revision(`${name}@0002_fill`, '', {
        revises: `${name}@0001_like`,
        version: 1,
        up: async ({ query, sql }) => void (await query(sql`insert into likes_like values (1)`)),
        down: text('delete from likes_like'),
      }),
    ],
    ...rest,
  };
}

const formerly = ['likes'];

/** Another plugin, whose text has the old name of the first for ever. */
function stats(name: string, rest: Partial<HostPlugin> = {}): HostPlugin {
  return {
    revisions: [
      revision(`${name}@0001_count`, 'create table stats_count (n int)', { dependsOn: ['likes@0001_like'] }),
      revision(`${name}@0002_count`, '', {
        revises: `${name}@0001_count`,
        dependsOn: ['likes@0002_fill'],
        version: 1,
        up: async ({ query, sql }) => void (await query(sql`insert into stats_count select count(*) from likes_like`)),
      }),
    ],
    ...rest,
  };
}

describe.each(databaseKinds)('renaming a plugin on %s', (kind) => {
  it('moves its rows, its objects and the edges of others, after which there is nothing to do', async () => {
    const site = await siteOn(kind);
    await (await site.reopen({ likes: likes('likes'), stats: stats('stats') })).upgrade();
    const code = { reactions: likes('reactions', { formerly }), stats: stats('stats') };
    const kernel = await site.reopen(code);
    const refused = { code: 'PLUGIN_RENAMED', exitCode: 15, hint: matching(/plugin:rename likes reactions --apply/) };
    await expect(kernel.upgrade()).rejects.toMatchObject({ ...refused, written: 'Nothing was written.' });
    await expect(kernel.start()).rejects.toMatchObject(refused);
    expect(await kernel.status()).toMatchObject({ error: refused });
    const preview = await kernel.rename('likes', 'reactions', { dryRun: true });
    expect(preview).toEqual({
      runId: null,
      from: 'likes',
      to: 'reactions',
      revisions: ['reactions@0001_like', 'reactions@0002_fill'],
      dependents: ['stats@0001_count', 'stats@0002_count'],
    });
    await expect(kernel.plan()).rejects.toMatchObject(refused);

    const { runId } = await kernel.rename('likes', 'reactions', { reason: 'likes are no more' });
    expect(await kernel.status()).toMatchObject({ pending: [], dormant: [], error: null });
    expect(await kernel.upgrade()).toMatchObject({ applied: [] });
    expect(await kernel.objects()).toContainEqual(
      expect.objectContaining({ kind: 'table', name: 'likes_like', plugin: 'reactions' }),
    );
    expect(await kernel.show('reactions@0002')).toMatchObject({
      edited: null,
      events: [{ kind: 'rename', run: runId, from: 'likes', to: 'reactions', reason: 'likes are no more' }],
    });
    expect(await kernel.runs()).toMatchObject([{ id: runId, kind: 'rename', outcome: 'done', steps: [] }, {}]);
    // Once more, there is nothing to rename.
    expect(await kernel.rename('likes', 'reactions')).toMatchObject({ runId: null, revisions: [] });
    await expect(kernel.downgrade('reactions@base')).rejects.toMatchObject({ code: 'DOWNGRADE_BLOCKED' });
    // The graph is that of the ledger if nothing is active.
    expect(await (await site.reopen({})).footprint('reactions')).toMatchObject({
      tables: [{ name: 'likes_like', rows: 1 }],
      dependents: [
        { id: 'stats@0001_count', needs: 'reactions@0001_like' },
        { id: 'stats@0002_count', needs: 'reactions@0002_fill' },
      ],
    });
    // The hash of its code is that of edges with the old name of the other plugin.
    const both = await site.reopen({ reactions: code.reactions, counts: stats('counts', { formerly: ['stats'] }) });
    expect(await both.rename('stats', 'counts')).toMatchObject({ revisions: { length: 2 }, dependents: [] });
    expect(await both.upgrade()).toMatchObject({ applied: [] });
  });

  it('is refused to older code, which can go back to the old name', async () => {
    const site = await siteOn(kind);
    const older = { likes: likes('likes'), stats: stats('stats') };
    await (await site.reopen(older)).upgrade();
    const newer = { reactions: likes('reactions', { formerly }), stats: stats('stats') };
    await (await site.reopen(newer)).rename('likes', 'reactions');
    const kernel = await site.reopen(older);
    const refused = { code: 'PLUGIN_RENAMED_SINCE', exitCode: 15, written: 'Nothing was written.' };
    await expect(kernel.upgrade()).rejects.toMatchObject({
      ...refused,
      hint: matching(/plugin:rename reactions likes --apply/),
    });
    await expect(kernel.stamp('likes')).rejects.toMatchObject(refused);
    expect(await kernel.rename('reactions', 'likes')).toMatchObject({ dependents: { length: 2 } });
    expect(await kernel.upgrade()).toMatchObject({ applied: [] });
    expect(await kernel.status()).toMatchObject({ dormant: [], error: null });
    await expect((await site.reopen(newer)).upgrade()).rejects.toMatchObject({ code: 'PLUGIN_RENAMED' });
  });

  it('has nothing to do in a fresh database, in which dependencies have the current name', async () => {
    const site = await siteOn(kind);
    const kernel = await site.reopen({ reactions: likes('reactions', { formerly }), stats: stats('stats') });
    expect(await kernel.rename('likes', 'reactions')).toMatchObject({ runId: null, revisions: [] });
    expect(await kernel.upgrade()).toMatchObject({ applied: { length: 4 } });
    expect(await kernel.show('stats@0001')).toMatchObject({ dependsOn: ['reactions@0001_like'] });
    // Another plugin may get the name that is free now.
    const plugins = {
      reactions: likes('reactions'),
      likes: { revisions: [revision('likes@0001_a', 'create table a ()')] },
    };
    expect(await (await site.reopen(plugins)).upgrade()).toMatchObject({ applied: ['likes@0001_a'] });
  });

  it('keeps the rows that a squash has replaced', async () => {
    const site = await siteOn(kind);
    const branch = (name: string, ...replaced: readonly string[]): HostPlugin => ({
      revisions: [
        revision(`${name}@0001_a`, 'create table a ()'),
        revision(`${name}@0002_b`, 'create table b ()', { revises: `${name}@0001_a` }),
        ...replaced.map((slug) =>
          revision(`${name}@${slug}`, 'create table a (); create table b ()', {
            replaces: [`${name}@0001_a`, `${name}@0002_b`],
          }),
        ),
      ],
      formerly: name === 'likes' ? [] : ['likes'],
    });
    await (await site.reopen({ likes: branch('likes') })).upgrade();
    await (await site.reopen({ likes: branch('likes', '0003_squash') })).upgrade();
    const kernel = await site.reopen({ reactions: branch('reactions', '0003_squash') });
    expect(await kernel.rename('likes', 'reactions')).toMatchObject({ revisions: ['reactions@0003_squash'] });
    expect(await kernel.upgrade()).toMatchObject({ applied: [] });
    const events = await site.query(`select plugin, detail ->> 'by' as by from kernel.event where kind = 'squash'`);
    const event = { plugin: 'reactions', by: 'reactions@0003_squash' };
    expect(events).toEqual([event, event]);
  });

  it('is refused if more than the name differs, or if both names are there', async () => {
    const site = await siteOn(kind);
    await (await site.reopen({ likes: likes('likes') })).upgrade();
    const refusal = { code: 'RENAME_REFUSED', exitCode: 14, written: 'Nothing was written.' };
    const rename = async (plugins: Readonly<Record<string, HostPlugin>>): Promise<unknown> =>
      (await site.reopen(plugins)).rename('likes', 'reactions').catch((error: unknown) => error);
    const refusedBecause = (reason: RegExp): object => ({ ...refusal, message: matching(reason) });
    expect(await rename({})).toMatchObject({ code: 'PLUGIN_UNKNOWN' });
    expect(await rename({ reactions: likes('reactions') })).toMatchObject(refusedBecause(/formerly/));
    const other = likes('reactions', { formerly }, 'create table likes_like (id bigint)');
    expect(await rename({ reactions: other })).toMatchObject(refusedBecause(/0001_like was edited/));
    expect(await rename({ reactions: { revisions: [likeRevision('reactions')], formerly } })).toMatchObject(
      refusedBecause(/the code has no reactions@0002_fill/),
    );
    await expect(
      site.reopen({ likes: likes('likes'), reactions: likes('reactions', { formerly }) }),
    ).rejects.toMatchObject({ code: 'PLUGIN_COLLISION' });
    const second = { reactions: { revisions: [revision('reactions@0001_like', 'create table reaction ()')] } };
    await (await site.reopen(second)).upgrade();
    expect(await rename({ reactions: likes('reactions', { formerly }) })).toMatchObject(
      refusedBecause(/has reactions@0001_like already/),
    );
  });
});
