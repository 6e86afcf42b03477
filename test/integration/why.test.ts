import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeProject, type Project } from '../helper/project.ts';

const workspace = join(import.meta.dirname, '../..');

describe('kernel why', () => {
  let project: Project;

  beforeAll(async () => {
    // No server listens there, so every connection fails.
    const database = 'postgres://127.0.0.1:1/nowhere';
    const plugins = { likes: { $package: './likes' } };
    project = await makeProject({ database, config: { plugins } });
    const source = `import { defineEntity, p } from '${join(workspace, 'node_modules/@mikro-orm/core/index.js')}';
import { ContentObject } from '@headwater/plugin-core';
import { Database, definePlugin, extendEntity, token } from '@headwater/kernel/plugin';
const LikeSchema = defineEntity({ name: 'Like', tableName: 'likes_like', properties: { id: p.integer().primary() } });
class Like extends LikeSchema.class {}
LikeSchema.setClass(Like);
export default definePlugin({
  name: 'likes',
  entities: [Like],
  extend: [extendEntity(ContentObject, { likesCount: p.integer().default(0) })],
  bind({ bind, decorate }) {
    bind(token('likes.votes')).toConstantValue(1);
    decorate(Database, (inner) => inner);
  },
});
`;
    project.write('likes/src/index.ts', source);
    const headwater = { plugin: 'likes' };
    const exports = { '.': { 'headwater-source': './src/index.ts' } };
    project.write(
      'likes/package.json',
      JSON.stringify({
        name: 'likes',
        version: '1.0.0',
        type: 'module',
        headwater,
        exports,
        peerDependencies: { '@headwater/kernel': '^1.0.0', '@headwater/plugin-core': '^1.0.0' },
      }),
    );
  });

  it.concurrent.each([
    ['core_object.likes_count', ['column core_object.likes_count: "likes" (likes)', 'the table belongs to "core"']],
    ['Like', ['entity Like in likes_like: "likes" (likes)']],
    ['likes.votes', ['token likes.votes: "likes" (likes), private', 'bound to a constant value, created once']],
    ['kernel.database', ['token kernel.database: "kernel" (@headwater/kernel)', 'wrapped by "likes"']],
  ])('names the owner of %s without a database', async (name, parts) => {
    const { code, stdout, stderr } = await project.kernel('why', name);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const part of parts) expect(stdout).toContain(part);
  });

  it('prints the same as JSON', async () => {
    const { json } = await project.kernel('why', 'core_object.likes_count', '--json');
    expect(json()).toMatchObject({
      name: 'core_object.likes_count',
      owned: [{ kind: 'column', table: 'core_object', owner: 'likes', property: 'likesCount' }],
      container: null,
    });
  });

  it('suggests the nearest known name', async () => {
    const { code, json } = await project.kernel('why', 'core_object.like_count', '--json');
    const details = { nearest: 'core_object.likes_count' };
    expect([code, json()]).toMatchObject([2, { error: { code: 'NAME_UNKNOWN', details } }]);
  });
});
