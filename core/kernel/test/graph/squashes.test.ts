import { describe, expect, it } from 'vitest';
import { isKernelError } from '../../src/error/kernel-codes.ts';
import { graphRevision, type RevisionInput } from '../../src/graph/graph-revision.ts';
import { assertOneHead, heads } from '../../src/graph/heads-and-bases.ts';
import { revisionGraph } from '../../src/graph/revision-graph.ts';
import { assertSquashes } from '../../src/graph/squashes.ts';
import { upgradePlan } from '../../src/plan/upgrade-plan.ts';
import { downgradePlan } from '../../src/plan/downgrade-plan.ts';

/** Parses `s < a (core@b) = b c` as a squash of `b` and `c` that revises `a`. Names without a plugin are of `core`. */
function read(drawing: string): readonly RevisionInput[] {
  const full = (name: string): string => (name.includes('@') ? name : `core@${name}`);
  return drawing
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [, id = '', parents = '', dependsOn = '', replaces = ''] =
        /^(\S+)(?: < ([^(=]+?))?(?: \(([^)]+)\))?(?: = (.+))?$/.exec(line) ?? [];
      const list = (names: string): readonly string[] => names.split(' ').filter(Boolean).map(full);
      return { id: full(id), revises: list(parents), dependsOn: list(dependsOn), replaces: list(replaces) };
    });
}

const history = `
  a
  b < a
  c < b
  d < c
  e < d
  s < a = b c d
  f < s
  likes@1 (c)
  likes@2 < likes@1 (d)
`;

const applied = (names: string): ReadonlySet<string> =>
  new Set(
    names
      .split(' ')
      .filter(Boolean)
      .map((name) => (name.includes('@') ? name : `core@${name}`)),
  );

function planFrom(names: string, target = 'heads', drawing = `${history.replace('f < s', '')}\n f < e`): string {
  const done = applied(names);
  const graph = revisionGraph(read(drawing), { applied: done });
  return upgradePlan(graph, done, target)
    .steps.map(({ id }) => id.replace('core@', ''))
    .join(' ');
}

describe('the graph of a history with a squash', () => {
  it('has one head, although the squash and the replaced revisions are on one branch', () => {
    for (const one of ['f < s', 'e < d']) {
      const graph = revisionGraph(read(history.replace(one, one.startsWith('f') ? 'f < e' : '')));
      expect(() => assertOneHead(graph)).not.toThrow();
      expect(heads(graph)).toEqual(['core@f', 'likes@2']);
    }
  });

  // The revisions of likes point into the range.
  it.each([
    ['', 'a s likes@1 likes@2 e f'],
    ['a', 's likes@1 likes@2 e f'],
    ['a b', 'c likes@1 d likes@2 e f'],
    ['a b c', 'likes@1 d likes@2 e f'],
    ['a b c likes@1', 'd likes@2 e f'],
    ['a b c d', 'likes@1 likes@2 e f'],
    ['a b c d likes@1 e', 'likes@2 f'],
    ['a s', 'likes@1 likes@2 e f'],
    ['a s e', 'likes@1 likes@2 f'],
    ['a s likes@1 likes@2 e f', ''],
  ])('leads from "%s" to the heads through "%s"', (from, steps) => {
    expect(planFrom(from)).toBe(steps);
  });

  it('leads a revision that was written after the squash to the end of the range, where that is applied in part', () => {
    const drawing = history.replace('e < d', '');
    expect(planFrom('a b', 'heads', drawing)).toBe('c likes@1 d likes@2 f');
    expect(planFrom('a', 'heads', drawing)).toBe('s likes@1 likes@2 f');
  });

  it.each([
    ['', 'core@d', 'a s'],
    ['', 'core@s', 'a s'],
    ['a b', 'core@s', 'c d'],
    ['a b', 'core@c', 'c'],
  ])('resolves from "%s" the target %s', (from, target, steps) => {
    expect(planFrom(from, target)).toBe(steps);
  });

  it('refuses a target inside the range of an applied squash', () => {
    expect(() => planFrom('', 'core@c')).toThrow(/part of the squash "core@s"/);
    const done = applied('a s e');
    const graph = revisionGraph(read(history), { applied: done });
    expect(() => downgradePlan(graph, done, 'core@b')).toThrow(/part of the squash "core@s"/);
    expect(downgradePlan(graph, done, 'core@d').steps.map(({ id }) => id)).toEqual(['core@e']);
    expect(downgradePlan(graph, done, 'core@a').steps.map(({ id }) => id)).toEqual(['core@e', 'core@s']);
  });

  it('keeps what other branches have applied inside the range from being left behind', () => {
    const done = applied('a s likes@1');
    const graph = revisionGraph(read(history), { applied: done });
    expect(() => downgradePlan(graph, done, 'core@a')).toThrow(/likes@1 needs core@s/);
  });
});

describe('a squash in the code', () => {
  const check = (drawing: string): string | null => {
    const revisions = read(drawing).map(graphRevision);
    try {
      assertSquashes(revisions.map((one) => ({ ...one, file: `${one.slug}.ts` })));
      return null;
    } catch (error) {
      if (isKernelError(error, 'SQUASH_INVALID')) return error.details.problem;
      throw error;
    }
  };

  it.each([
    ['a chain', history],
    ['a chain whose files are gone', 'a\ns < a = b c\nf < s'],
    ['a chain that begins at the base', 'a\nb < a\ns = a b\nf < b'],
    ['the chain after another squash', 'a\nb < a\nc < b\nd < c\ns = a b\nt < s = c d'],
    ['the chain after another squash, named by what that replaces', 'a\nb < a\nc < b\nd < c\ns = a b\nt < b = c d'],
  ])('may replace %s', (_, drawing) => {
    expect(check(drawing)).toBeNull();
  });

  it('must be breaking if a revision that it replaces is', () => {
    const revisions = read('a\nb < a\ns = a b').map((one) => ({ ...graphRevision(one), file: 'a.ts' }));
    const breaking = (ids: string): readonly (typeof revisions)[number][] =>
      revisions.map((one) => ({ ...one, breaking: ids.includes(one.slug) }));
    expect(() => assertSquashes(breaking('b'))).toThrow(/"core@b", which it replaces, is breaking/);
    assertSquashes(breaking('b s'));
  });

  it.each([
    ['two chains', 'a\nb < a\nc < b\nd < c\ns < a = b d', '"core@b" and "core@d", which are not in one chain'],
    ['a fork', 'a\nb < a\nc < b\nx < b\ns < a = b c', '"core@c" and "core@x" both revise "core@b"'],
    ['a merge', 'a\nb < a\nc < b\nx < a\nm < c x\ns < a = b c m', 'merges several heads'],
    ['a chain that begins elsewhere', 'a\nb < a\nc < b\ns < a = c', 'it revises core@a, but "core@c", the first'],
    ['a part of a chain whose other files are gone', 'a\nb < a\ns < a = b c', '"core@c" is missing'],
    ['a squash', 'a\nb < a\ns = a b\nc < s\nt = s c', 'which is a squash itself'],
    ['what another squash replaces', 'a\nb < a\nc < b\ns = a b\nt < a = b c', 'which "core@s" replaces, too'],
  ])('may not replace %s', (_, drawing, problem) => {
    expect(check(drawing)).toContain(problem);
  });
});
