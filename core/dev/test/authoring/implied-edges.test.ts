import { describe, expect, it } from 'vitest';
import { revisionGraph } from '@headwater/kernel/internal/graph';
import { withoutImplied } from '../../src/authoring/implied-edges.ts';

describe('an edge', () => {
  // core@1 ── core@2, likes@1 after core@1, tags@1 after likes@1
  const graph = revisionGraph([
    { id: 'core@1', revises: [], dependsOn: [] },
    { id: 'core@2', revises: ['core@1'], dependsOn: [] },
    { id: 'likes@1', revises: [], dependsOn: ['core@1'] },
    { id: 'tags@1', revises: [], dependsOn: ['likes@1'] },
  ]);

  it.each([
    ['is kept if nothing implies it', null, ['core@2', 'likes@1'], ['core@2', 'likes@1']],
    ['is left out if a later revision of the same branch implies it', null, ['core@1', 'core@2'], ['core@2']],
    ['is left out if an edge into another branch implies it', null, ['core@1', 'likes@1'], ['likes@1']],
    ['is left out if it follows over two branches', null, ['core@1', 'tags@1'], ['tags@1']],
    ['is left out if the revised revision implies it', 'likes@1', ['core@1', 'core@2'], ['core@2']],
    ['is left out if one of several revised revisions implies it', ['core@2', 'likes@1'], ['core@1'], []],
  ])('%s', (_, revises, dependsOn, kept) => {
    const edges = { revises, dependsOn: dependsOn.map((revision) => ({ revision, why: '' })) };
    expect(withoutImplied(edges, graph).dependsOn.map(({ revision }) => revision)).toEqual(kept);
  });
});
