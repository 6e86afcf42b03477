import { describe, expect, it } from 'vitest';
import { isRegistrySpec } from '../../src/installation/registry-spec.ts';

describe('isRegistrySpec', () => {
  it.each([
    'likes',
    'likes@1.0.0',
    '@acme/plugin-likes@^1',
    '^1.0.0',
    '>=1 <3',
    'latest',
    '*',
    'npm:@acme/likes@^1.0.0',
    'likes@npm:@acme/likes@1',
    'catalog:',
  ])('is true for %s', (spec) => expect(isRegistrySpec(spec)).toBe(true));

  it.each([
    '/home/ada/likes-1.0.0.tgz',
    'C:\\likes.tgz',
    'likes.tgz',
    './likes',
    'file:../likes.tgz',
    'link:../likes',
    'workspace:*',
    'acme/likes',
    'git+ssh://git@example.com/likes.git',
    'https://example.com/likes.tgz',
    '@acme/likes@file:../likes.tgz',
  ])('is false for %s', (spec) => expect(isRegistrySpec(spec)).toBe(false));
});
