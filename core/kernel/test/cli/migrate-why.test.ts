import { describe, expect, it } from 'vitest';
import { databaseKinds, emptyDatabase } from '../../../../test/helper/database.ts';
import { expectPublished } from '../../../../test/helper/json-schema.ts';
import { makeProject } from '../../../../test/helper/project.ts';
import { community, ok, refusalIn } from './support.ts';

describe.each(databaseKinds)('kernel migrate:why on %s', (kind) => {
  it('explains why a revision is pending, its place, and what blocks it', async () => {
    const project = await makeProject({ plugins: community, database: await emptyDatabase(kind) });
    const told = async (...args: readonly string[]): Promise<string> => {
      return ok(await project.kernel('migrate:why', ...args)).stdout;
    };
    const data = async (...args: readonly string[]): Promise<unknown> => {
      const document = ok(await project.kernel('migrate:why', ...args, '--json')).json();
      expectPublished('migrate:why', document);
      return document;
    };
    expect(await told('core@0001')).toBe(
      [
        'core@0001_create_objects is pending, 1 of 6.',
        '',
        'It is pending because core@0002_create_users, the head of its branch, needs it:',
        '  core@0002_create_users',
        '    revises core@0001_create_objects',
        'It is the first in the plan.',
        'Everything that it needs is applied.',
        'It blocks likes@0001_create_like, core@0002_create_users.',
        '',
      ].join('\n'),
    );
    expect(await told('core')).toContain(
      'It comes after likes@0002_count_on_object, which it does not need. Both orders work, so the fixed order of plugins decides.\n' +
        'It waits for core@0001_create_objects.',
    );
    expect(await told('stickers')).toContain('It is pending because it is the head of its branch.\n');
    expect(await data('likes@0001')).toMatchObject({ position: 2, previousBecause: 'needed' });

    ok(await project.kernel('migrate:up', 'likes@0001'));
    expect(await told('likes@0001')).toMatch(/is not pending: it is applied\.\nSee: .* --not/);
    expect(await told('likes@0001', '--not')).toMatch(
      /^likes@0001_create_like was applied at \d{4}-.*Z by @headwater\/plugin-likes 1\.0\.0, run \S+\.\n$/,
    );
    expect(await data('likes@0002', '--not')).toMatchObject({ reason: 'pending', appliedAt: null });
    ok(await project.kernel('migrate:stamp', 'likes@0002', '--unchecked'));
    expect(await data('likes', '--not')).toMatchObject({ reason: 'stamped' });

    project.reconfigure((config) => {
      delete config.plugins['likes'];
      config.plugins['stickers'] = { $enabled: false };
    });
    expect(await data('likes', '--not')).toMatchObject({ reason: 'dormant' });
    expect(await told('stickers', '--not')).toBe(
      'stickers is disabled in the config, so none of its revisions is planned.\n' +
        'Activate it: npx kernel plugin:enable stickers\n',
    );
    project.reconfigure((config) => delete config.plugins['stickers']);
    expect(await data('stickers@0001', '--not')).toMatchObject({ id: 'stickers@0001', reason: 'not listed' });
    expect(refusalIn(await project.kernel('migrate:why', 'nothing', '--not', '--json'))).toMatchObject({
      code: 'TARGET_UNKNOWN',
      written: 'Nothing was written.',
    });
    // This starts many processes, each with its own engine.
  }, 90_000);

  it('and migrate:plan warn of an object that an applied revision of another plugin has removed', async () => {
    const core = {
      revisions: {
        '0001_shop': 'create table shop_order (id int primary key, kind text)',
        '0002_drop': 'alter table shop_order drop column kind',
      },
    };
    const late = {
      config: { $enabled: false },
      revisions: {
        '0001_read': { dependsOn: ['core@0001_shop'], up: 'create table late as select kind from shop_order' },
      },
    };
    const project = await makeProject({ plugins: { core, late }, database: await emptyDatabase(kind) });
    ok(await project.kernel('migrate:up'));
    project.reconfigure((config) => (config.plugins['late'] = {}));
    const warning =
      'warning: late@0001_read needs the column shop_order.kind, which core@0002_drop dropped. It is going to fail.';
    expect(ok(await project.kernel('migrate:plan')).stdout).toContain(`\n${warning}\n`);
    expect(ok(await project.kernel('migrate:plan', '--sql')).stdout).toContain(`-- ${warning}\n`);
    expect(ok(await project.kernel('migrate:why', 'late')).stdout).toContain(`\n${warning}\n`);
    const document = ok(await project.kernel('migrate:why', 'late', '--json')).json();
    expectPublished('migrate:why', document);
    expect(document).toMatchObject({ removed: [{ removedBy: 'core@0002_drop', renamedTo: null }] });
    expect(await project.kernel('migrate:up')).toMatchObject({ code: 31 });
  }, 60_000);
});
