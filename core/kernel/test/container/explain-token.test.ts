import { expect, test } from 'vitest';
import { openContainer } from '../../src/container/open-container.ts';
import { contributionPoint } from '../../src/contract/contribution-point.ts';
import { token } from '../../src/contract/token.ts';
import { plugin } from './support.ts';

const Likes = token<string>('likes');
const Cache = token<string>('likes.cache');
const Routes = contributionPoint<{ readonly path: string }>('http.routes', { key: ({ path }) => path });

const container = openContainer(
  [
    plugin(
      'likes',
      ({ bind, contribute }) => {
        bind(Likes)
          .toDynamicValue(() => 'likes')
          .inTransientScope();
        bind(Cache).toConstantValue('cache');
        contribute(Routes, { path: '/likes' });
      },
      [Likes],
    ),
    plugin('audit', ({ contribute, decorate }) => {
      decorate(Likes, (inner) => inner);
      contribute(Routes, () => ({ path: '/audit' }));
    }),
    plugin('app', ({ decorate }) => decorate(Likes, (inner) => inner)),
  ],
  { disabled: ['http'] },
);

test('the explanation of a token names its owner, its binding and the plugins that decorate it', () => {
  expect(container.explain('likes')).toEqual({
    name: 'likes',
    owner: 'likes',
    state: 'active',
    exported: true,
    binding: { type: 'dynamic', scope: 'transient' },
    decoratedBy: ['audit', 'app'],
    contributions: [],
  });
  expect(container.explain('likes.cache')).toMatchObject({
    exported: false,
    binding: { type: 'constant', scope: 'singleton' },
    decoratedBy: [],
  });
});

test('the explanation of a contribution point lists the contributors in order, with the keys known so far', () => {
  expect(container.explain('http.routes')).toEqual({
    name: 'http.routes',
    owner: 'http',
    state: 'disabled',
    exported: null,
    binding: null,
    decoratedBy: [],
    contributions: [
      { plugin: 'likes', key: '/likes' },
      { plugin: 'audit', key: null },
    ],
  });
});

test('all known names are listed, so that one can be suggested in place of an unknown name', () => {
  expect(container.explain('like')).toBeNull();
  expect(container.names).toEqual(['http.routes', 'likes', 'likes.cache']);
});
