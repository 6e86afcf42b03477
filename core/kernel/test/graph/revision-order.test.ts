import { describe, expect, test } from 'vitest';
import { revisionGraph } from '../../src/graph/revision-graph.ts';
import { draw, orderOf, revisionsOf } from './drawing.ts';

const depth = new Map([
  ['core', 0],
  ['likes', 1],
  ['comments', 1],
  ['bridge', 2],
]);

describe('the order', () => {
  test('runs a plugin’s revision as soon as its dependencies are applied, before core continues', () => {
    //  core:  c1 <- c2 <- c3
    //           \         /
    //  likes:    l1 <- l2
    const graph = draw(`
      core:     c1 <- c2 <- c3
      likes:    l1 <- l2            l1 needs core@c1   l2 needs core@c3
    `);
    expect(orderOf(graph)).toBe('core@c1 likes@l1 core@c2 core@c3 likes@l2');
  });

  test('takes the deepest plugin first, so that dependents run before the plugins they require continue', () => {
    const graph = draw(
      `
      core:     c1 <- c2
      likes:    l1 <- l2            l1 needs core@c1
      bridge:   b1                  b1 needs likes@l1
      `,
      { depth },
    );
    expect(orderOf(graph)).toBe('core@c1 likes@l1 bridge@b1 likes@l2 core@c2');
  });

  test('breaks ties by plugin name', () => {
    const drawing = `
      core:     c1
      likes:    l1            l1 needs core@c1
      bridge:   b1            b1 needs core@c1
      comments: m1            m1 needs core@c1
    `;
    expect(orderOf(draw(drawing, { depth }))).toBe('core@c1 bridge@b1 comments@m1 likes@l1');
    // Without depths, all plugins but core tie.
    expect(orderOf(draw(drawing))).toBe('core@c1 bridge@b1 comments@m1 likes@l1');
    expect(orderOf(draw(drawing, { depth: new Map([['likes', 2]]) }))).toBe('core@c1 likes@l1 bridge@b1 comments@m1');
  });

  test('takes core last among ready revisions, wherever its name sorts', () => {
    expect(
      orderOf(
        draw(`
          core: c1
          app:  a1
          zoo:  z1
        `),
      ),
    ).toBe('app@a1 zoo@z1 core@c1');
  });

  test('takes the shorter lineage first within a branch, then the lower id, regardless of the numbers in the slugs', () => {
    //        9 <- 8 <- 7
    //  likes      ^
    //             +--- 1        1 and 7 have the same distance to the base
    expect(
      orderOf(
        draw(`
          likes: 9 <- 8 <- 7
          likes: 8 <- 1
          likes: 5 <- 6
        `),
      ),
    ).toBe('likes@5 likes@9 likes@6 likes@8 likes@1 likes@7');
  });

  test('waits for both sides of a merge', () => {
    expect(
      orderOf(
        draw(`
          core:  c1 <- c2
          likes: l1 <- l2
          likes: l1 <- k2            k2 needs core@c2
          likes: l2 & k2 <- l3
        `),
      ),
    ).toBe('likes@l1 likes@l2 core@c1 core@c2 likes@k2 likes@l3');
  });

  test('also respects a dependsOn within a branch and a revises across branches', () => {
    const graph = revisionGraph([
      { id: 'a@1', revises: null, dependsOn: ['a@2'] },
      { id: 'a@2', revises: 'b@9' },
      { id: 'b@9', revises: null },
    ]);
    expect(orderOf(graph)).toBe('b@9 a@2 a@1');
  });

  test('does not depend on the loading order', () => {
    const revisions = revisionsOf(`
      core:     c1 <- c2 <- c3
      likes:    l1 <- l2            l1 needs core@c1   l2 needs core@c3
      comments: m1 <- m2            m2 needs core@c2, likes@l1
    `);
    expect(orderOf(revisionGraph(revisions.toReversed()))).toBe(orderOf(revisionGraph(revisions)));
  });

  test('compares by code units, not by the locale of the machine', () => {
    expect(orderOf(draw('likes: _1\nlikes: z1\nlikes: 01'))).toBe('likes@01 likes@_1 likes@z1');
  });
});
