import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { serverUrl } from '../../../../test/helper/database.ts';
import { entitiesSource } from '../../../../test/helper/entities-source.ts';
import { expectPublished } from '../../../../test/helper/json-schema.ts';
import { makeProject } from '../../../../test/helper/project.ts';
import { ok, refusalIn } from '../../../kernel/test/cli/support.ts';

const tag = { Tag: { table: 'core_tag', properties: { label: 'p.text()' } } };
const tagWithColor = { Tag: { table: 'core_tag', properties: { label: 'p.text()', color: 'p.text().nullable()' } } };
const item = { Item: { table: 'core_item', properties: { name: 'p.text()' } } };

describe('plugin:hand-over', () => {
  it('writes a revision after which the other plugin declares the table and changes it', async () => {
    const shadow = ['--shadow', serverUrl('postgres')];
    const core = { entities: entitiesSource({ entities: { ...tag, ...item } }) };
    const project = await makeProject({ plugins: { core, tags: { entities: entitiesSource({ entities: {} }) } } });
    ok(await project.kernel('migrate:create', 'core', '--name', 'tables', ...shadow));
    const handOver = (...args: readonly string[]): ReturnType<typeof project.kernel> =>
      project.kernel('plugin:hand-over', ...args, '--json', ...shadow);
    const done = ok(await handOver('core', 'core_tag', 'tags')).json();
    expectPublished('plugin:hand-over', done);
    expect(done).toMatchObject({ plugin: 'core', revision: 'core@0002_hand_over_core_tag', dependsOn: [], risks: [] });
    const file = project.fileOf('core@0002_hand_over_core_tag');
    expect(readFileSync(file, 'utf8')).toContain('-- headwater: hand over table core_tag to tags');
    expect(refusalIn(await handOver('core', 'core_tag', 'tags'))).toMatchObject({ code: 'HAND_OVER_REFUSED' });

    project.writeEntities('core', entitiesSource({ entities: item }));
    project.writeEntities('tags', entitiesSource({ entities: tagWithColor }));
    const next = ok(await project.kernel('migrate:create', 'tags', '--name', 'color', '--json', ...shadow)).json();
    expect(next).toMatchObject({
      revision: 'tags@0001_color',
      changes: { length: 1 },
      dependsOn: [{ revision: 'core@0002_hand_over_core_tag' }],
    });
    ok(await project.kernel('migrate:create', 'core', ...shadow));
    ok(await project.kernel('migrate:check', ...shadow));
    // Many processes.
  }, 90_000);
});
