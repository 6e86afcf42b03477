import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { summarizePinned } from '../../src/cli/pinned-summary.ts';
import {
  parsePinnedSet,
  pinnedDifferences,
  pinnedText,
  readPinnedSet,
  type PinnedSet,
} from '../../src/plugin/pinned-set.ts';

const set: PinnedSet = {
  likes: {
    package: '@acme/plugin-likes',
    version: '1.0.0',
    revisions: { 'likes@0001_a': 'r1:a', 'likes@0002_b': 'r1:b' },
  },
  mail: { package: 'headwater-plugin-mail', version: '2.0.0', revisions: {} },
};
const likes = set['likes'] as PinnedSet[string];

describe('headwater.lock.json', () => {
  it('has one line for each revision, and is read as it was written', () => {
    const text = pinnedText(set);
    expect(text).toContain('\n        "likes@0001_a": "r1:a",\n        "likes@0002_b": "r1:b"\n');
    expect(parsePinnedSet(text, 'headwater.lock.json')).toEqual(set);
  });

  it.each<[problem: string, text: string]>([
    ['it is not JSON, maybe because of a merge conflict', '<<<<<<< HEAD'],
    ['it has no "format": 1', '{ "plugins": {} }'],
    ['"plugins" is not an object', '{ "format": 1, "plugins": [] }'],
    [
      '/plugins/likes is not a package with its version and revisions',
      '{ "format": 1, "plugins": { "likes": { "package": "a", "version": "1.0.0" } } }',
    ],
    [
      '/plugins/likes is not a package with its version and revisions',
      '{ "format": 1, "plugins": { "likes": { "package": "a", "version": "1.0.0", "revisions": { "likes@0001": 1 } } } }',
    ],
  ])('is refused if %s', (problem, text) => {
    const root = mkdtempSync(join(inject('scratch'), 'pinned-'));
    expect(readPinnedSet(root)).toBe(null);
    writeFileSync(join(root, 'headwater.lock.json'), text);
    expect(() => readPinnedSet(root)).toThrow(
      expect.objectContaining({
        code: 'PINNED_SET_INVALID',
        exitCode: 10,
        details: { file: join(root, 'headwater.lock.json'), problem },
      }),
    );
  });

  it.each<[name: string, installed: PinnedSet, differences: readonly string[]]>([
    ['the same plugins', set, []],
    ['fewer plugins, since others are not active', { likes }, []],
    [
      'another plugin',
      { ...set, tags: { package: 'tags', version: '1.0.0', revisions: {} } },
      ['tags (tags 1.0.0) is not listed'],
    ],
    [
      'another version',
      { likes: { ...likes, version: '1.1.0' } },
      ['likes is @acme/plugin-likes 1.1.0, and @acme/plugin-likes 1.0.0 is listed'],
    ],
    [
      'another package',
      { likes: { ...likes, package: '@evil/plugin-likes' } },
      ['likes is @evil/plugin-likes 1.0.0, and @acme/plugin-likes 1.0.0 is listed'],
    ],
    [
      'a new revision',
      { likes: { ...likes, revisions: { ...likes.revisions, 'likes@0003_c': 'r1:c' } } },
      ['likes@0003_c is not listed'],
    ],
    [
      'a changed revision',
      { likes: { ...likes, revisions: { ...likes.revisions, 'likes@0001_a': 'r1:z' } } },
      ['likes@0001_a has another hash'],
    ],
    [
      'a missing revision',
      { likes: { ...likes, revisions: { 'likes@0001_a': 'r1:a' } } },
      ['likes@0002_b is not installed'],
    ],
  ])('differs only in what runs: %s', (_, installed, differences) => {
    expect(pinnedDifferences(set, installed)).toEqual(differences);
  });
});

describe('the summary for a pull request', () => {
  const summarize = (before: PinnedSet, now: PinnedSet, breaking: readonly string[] = []): string =>
    summarizePinned(before, now, new Set(breaking));

  it('lists versions, new revisions, and which of them are breaking', () => {
    const now = {
      ...set,
      likes: { ...likes, version: '1.1.0', revisions: { ...likes.revisions, 'likes@0003_c': 'r1:c' } },
    };
    expect(summarize(set, now, ['likes@0003_c'])).toBe(
      [
        '### Plugins',
        '',
        '| plugin | package | before | now |',
        '|---|---|---|---|',
        '| likes | `@acme/plugin-likes` | 1.0.0 | 1.1.0 |',
        '',
        'New revisions, which the next start applies:',
        '',
        '- `likes@0003_c` **breaking**',
      ].join('\n'),
    );
  });

  it('lists plugins that are new and that are removed', () => {
    expect(summarize({ mail: set['mail'] as PinnedSet[string] }, { likes })).toContain(
      '| likes | `@acme/plugin-likes` | – | 1.0.0 |\n| mail | `headwater-plugin-mail` | 2.0.0 | removed |',
    );
  });

  it('warns of another package, and of revisions that were changed or are gone', () => {
    const now = { ...set, likes: { package: '@evil/likes', version: '1.0.0', revisions: { 'likes@0001_a': 'r1:z' } } };
    const text = summarize(set, now);
    expect(text).toContain('No revision is new.');
    expect(text).toContain('- **likes comes from another package than before: `@acme/plugin-likes`**');
    expect(text).toContain('- **`likes@0001_a` was changed**\n- **`likes@0002_b` is gone**');
  });

  it('says that nothing changes', () => {
    expect(summarize(set, set)).toBe('### Plugins\n\nNo plugin changes.');
  });
});
