import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { manifestText, type Manifest } from '../../../kernel/src/plugin/manifest.ts';
import { assertText } from '../../src/publish/check-manifest.ts';
import { jsonDifference } from '../../src/publish/json-difference.ts';

/** A manifest with every field. */
const manifest: Manifest = {
  format: 1,
  plugin: 'likes',
  version: '1.1.0',
  description: {
    owns: ['likes_like'],
    extends: ['core_object.likes_count'],
    binds: ['likes'],
    contributes: ['http.routes'],
    commands: { 'likes:recount': 'count again' },
    options: { type: 'object', properties: { perMinute: { type: 'integer' } } },
  },
  sum: 's1:00',
  revisions: [
    {
      id: 'likes@0001_create_like',
      revises: [],
      dependsOn: ['core@0001_create_objects'],
      dependsOnSince: { 'core@0001_create_objects': '1.0.0' },
      up: { version: 1, module: './migrations/0001_create_like.js' },
      down: 'drop table likes_like',
      transaction: false,
      check: 'select true',
      breaking: true,
      replaces: ['likes@0000_old'],
      raw: 'r1:00',
      normal: 'n1:00',
      since: '1.0.0',
      effects: '{"created":[["table","likes_like"]],"changed":[],"dropped":[],"renamed":[]}',
      keepsSession: true,
    },
  ],
};

/** Returns the JSON pointers of all values that hold no others, and of all empty lists. */
function leavesOf(value: unknown, pointer = ''): readonly string[] {
  const inner = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  if (inner.length === 0) return [pointer];
  return inner.flatMap(([key, one]) => leavesOf(one, `${pointer}/${key.replaceAll('/', '~1')}`));
}

/** Returns a copy with another value at a pointer. */
function falsified(value: unknown, pointer: string): unknown {
  const copy = structuredClone({ root: value }) as Record<string, unknown>;
  const keys = ['root', ...pointer.slice(1).split('/')].map((key) => key.replaceAll('~1', '/'));
  const last = keys.pop() ?? '';
  const holder = keys.reduce((inner, key) => inner[key] as Record<string, unknown>, copy);
  holder[last] = 'falsified';
  return copy['root'];
}

describe('a falsified manifest', () => {
  const file = join(mkdtempSync(join(inject('scratch'), 'manifest-')), 'headwater.json');
  const expected = manifestText(manifest);
  const refusalOf = (text: string | null): unknown => {
    if (text !== null) writeFileSync(file, text);
    try {
      assertText('likes', text === null ? `${file}-none` : file, expected);
      return null;
    } catch (error) {
      return error;
    }
  };

  it('is not one that is exactly as built', () => {
    expect(refusalOf(expected)).toBe(null);
  });

  it.each(leavesOf(manifest))('is refused, whatever field is wrong: %s', (pointer) => {
    const refusal = refusalOf(manifestText(falsified(manifest, pointer) as Manifest));
    expect(refusal).toMatchObject({
      code: 'PLUGIN_VERIFY_MANIFEST',
      exitCode: 13,
      details: { pointer, found: '"falsified"' },
    });
  });

  it.each(Object.keys(manifest.revisions[0] ?? {}))('is refused without the field %s of a revision', (field) => {
    const { [field]: _, ...rest } = manifest.revisions[0] as unknown as Record<string, unknown>;
    const refusal = refusalOf(manifestText({ ...manifest, revisions: [rest] as never }));
    expect(refusal).toMatchObject({
      code: 'PLUGIN_VERIFY_MANIFEST',
      details: { pointer: `/revisions/0/${field}`, found: 'nothing' },
    });
  });

  it.each([
    [
      'with another revision',
      manifestText({ ...manifest, revisions: [...manifest.revisions, ...manifest.revisions] }),
      '/revisions/1',
    ],
    ['with an additional field', expected.replace('"format": 1', '"format": 1, "more": {}'), '/more'],
    ['with other white space', expected.replace('"format": 1', '"format":1'), ''],
    ['that is not JSON', '{', ''],
    ['that does not exist', null, ''],
  ])('is refused %s', (_, text, pointer) => {
    expect(refusalOf(text)).toMatchObject({ code: 'PLUGIN_VERIFY_MANIFEST', details: { pointer } });
  });
});

describe('the first difference of two JSON values', () => {
  it.each<[found: unknown, expected: unknown, pointer: string | null]>([
    [{ a: 1, b: 2 }, { b: 2, a: 1 }, null],
    [[1, 2], [1, 2], null],
    [{ a: [1, { 'b/c': 2 }] }, { a: [1, { 'b/c': 3 }] }, '/a/1/b~1c'],
    [{}, [], ''],
    [null, {}, ''],
    [{ a: null }, {}, '/a'],
    [['a'], { 0: 'a' }, ''],
  ])('of %j and %j is at %j', (found, expected, pointer) => {
    expect(jsonDifference(found, expected)?.pointer ?? null).toBe(pointer);
  });
});
