import { expect, it } from 'vitest';
import { makeProject } from '../helper/project.ts';

// The copy that the plugin brings, beside the copy of the kernel. Its decorators leave nothing that the kernel reads.
const copy = `export const injectable = () => () => {}; export const inject = () => () => {};`;

const source = `import { definePlugin, token } from '@headwater/kernel/plugin';
import { inject, injectable } from 'inversify';

export const Clock = token('likes.clock');
export const Page = token('likes.page');

class LikesPage { constructor(clock) { this.clock = clock; } }
injectable()(LikesPage);
inject(Clock.id)(LikesPage, undefined, 0);

export default definePlugin({
  name: 'likes',
  bind({ bind }) {
    bind(Clock).toConstantValue({});
    bind(Page).to(LikesPage);
  },
});
`;

it('a plugin with classes of another Inversify than the kernel can read is told which version it imports', async () => {
  const project = await makeProject({ plugins: { core: {}, likes: {} } });
  project.write('plugins/likes/src/index.js', source);
  const manifest = { name: 'inversify', version: '6.2.2', type: 'module', exports: './index.js' };
  project.write('plugins/likes/node_modules/inversify/package.json', JSON.stringify(manifest));
  project.write('plugins/likes/node_modules/inversify/index.js', copy);
  const { code, stderr } = await project.kernel('start', '--once');
  expect(code).toBe(12);
  expect(stderr).toContain('The plugin "likes"');
  expect(stderr).toContain('Decorators of Inversify 6 and of 7.0 write other metadata, which the kernel cannot read.');
  expect(stderr).toContain('The plugin "likes" imports Inversify 6.2.2.');
});
