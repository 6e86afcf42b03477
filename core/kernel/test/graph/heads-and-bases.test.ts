import { describe, expect, test } from 'vitest';
import { appliedHeads, assertOneHead, bases, heads } from '../../src/graph/heads-and-bases.ts';
import { draw } from './drawing.ts';
import { refusalOf } from './refusal.ts';

describe('heads and bases', () => {
  test('depend only on revises: dependsOn affects neither', () => {
    const graph = draw(`
      core:     c1 <- c2
      likes:    l1 <- l2            l1 needs core@c2
    `);
    expect(heads(graph)).toEqual(['core@c2', 'likes@l2']);
    expect(bases(graph)).toEqual(['core@c1', 'likes@l1']);
  });

  test('are several after a fork, and one again after a merge', () => {
    expect(heads(draw('a: a1 <- a2\na: a1 <- b2'))).toEqual(['a@a2', 'a@b2']);
    expect(heads(draw('a: a1 <- a2\na: a1 <- b2\na: a2 & b2 <- a3'))).toEqual(['a@a3']);
    expect(bases(draw('a: a1 <- a3\na: a2 <- a3'))).toEqual(['a@a1', 'a@a2']);
  });

  test('include active plugins only', () => {
    const graph = draw(`
      core:     c1 <- (c2)
      (likes):  l1 <- l2            l1 needs core@c1
    `);
    expect(heads(graph)).toEqual(['core@c1']);
    expect(bases(graph)).toEqual(['core@c1']);
  });

  test('are empty in an empty graph', () => {
    expect(heads(draw(''))).toEqual([]);
    expect(bases(draw(''))).toEqual([]);
  });
});

test('applied heads include those of dormant plugins', () => {
  const graph = draw(`
    core:     c1 <- c2 <- c3
    (likes):  l1 <- l2            l1 needs core@c1
  `);
  expect(appliedHeads(graph, ['core@c1', 'core@c2', 'likes@l1', 'likes@l2'])).toEqual(['core@c2', 'likes@l2']);
  expect(appliedHeads(graph, [])).toEqual([]);
  expect(appliedHeads(graph, ['core@c1', 'gone@g1'])).toEqual(['core@c1']);
});

describe('a boot requires one base and one head on each active branch, and', () => {
  test('accepts merges, dormant forks and revisions that only the ledger has', () => {
    const graph = draw(`
      core:   c1 <- c2 <- (c3)
      core:   c1 <- k2
      core:   c2 & k2 <- c4
      (old):  o1 <- o2
      (old):  o1 <- p2
      (old):  q1
    `);
    expect(() => assertOneHead(graph)).not.toThrow();
  });

  test('rejects two heads, naming both and the merge command', () => {
    const error = refusalOf(() => assertOneHead(draw('core: c1\nlikes: l1 <- l2\nlikes: l1 <- k2')));
    expect(error).toMatchObject({
      code: 'SEVERAL_HEADS',
      exitCode: 34,
      message: 'The branch "likes" has 2 heads: likes@k2 and likes@l2.',
      details: { plugin: 'likes', heads: ['likes@k2', 'likes@l2'] },
    });
    expect(error.hint).toContain('npx kernel migrate:merge likes');
  });

  test('rejects two bases, and reports them rather than the two heads', () => {
    expect(refusalOf(() => assertOneHead(draw('likes: l1 <- l2\nlikes: k1')))).toMatchObject({
      code: 'SEVERAL_BASES',
      exitCode: 13,
      message: 'The branch "likes" has 2 bases: likes@k1 and likes@l1.',
    });
  });
});
