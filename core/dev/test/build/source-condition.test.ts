import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { removeSourceCondition, restoreSourceCondition, withoutCondition } from '../../src/build/source-condition.ts';
import { makeFolder } from '../../../kernel/test/config/folder.ts';
import { refusalOf } from '../../../kernel/test/config/refusal.ts';

const original = `{
  "name": "likes",
  "exports": {
    ".": { "headwater-source": "./src/index.ts", "types": "./dist/index.d.ts", "default": "./dist/index.js" },
    "./package.json": "./package.json"
  }
}
`;

const packed = `{
  "name": "likes",
  "exports": {
    ".": {
      "types": "./dist/index.d.ts",
      "default": "./dist/index.js"
    },
    "./package.json": "./package.json"
  }
}
`;

function packageWith(text: string): { readonly folder: string; readonly read: (name?: string) => string } {
  const folder = makeFolder();
  writeFileSync(join(folder, 'package.json'), text);
  return { folder, read: (name = 'package.json') => readFileSync(join(folder, name), 'utf8') };
}

describe('packing', () => {
  it('removes the source condition, and restores package.json byte for byte', () => {
    const { folder, read } = packageWith(original);
    removeSourceCondition(folder);
    expect(read()).toBe(packed);
    expect(read('package.json.orig')).toBe(original);
    restoreSourceCondition(folder);
    expect(read()).toBe(original);
    expect(readdirSync(folder)).toEqual(['package.json']);
  });

  it('can be repeated at each step', () => {
    const { folder, read } = packageWith(original);
    for (const _ of [1, 2]) removeSourceCondition(folder);
    expect(read()).toBe(packed);
    for (const _ of [1, 2]) restoreSourceCondition(folder);
    expect(read()).toBe(original);
  });

  it('continues after a crash between its two writes', () => {
    const { folder, read } = packageWith(original);
    writeFileSync(join(folder, 'package.json.orig'), original);
    removeSourceCondition(folder);
    expect(read()).toBe(packed);
    restoreSourceCondition(folder);
    expect(read()).toBe(original);
  });

  it('drops the copy of an interrupted pack if version control has restored package.json', () => {
    const { folder, read } = packageWith(original);
    removeSourceCondition(folder);
    const edited = original.replace('likes', 'hearts');
    writeFileSync(join(folder, 'package.json'), edited);
    restoreSourceCondition(folder);
    expect(read()).toBe(edited);
    expect(existsSync(join(folder, 'package.json.orig'))).toBe(false);
  });

  it('never loses an edit that was made after an interrupted pack', () => {
    const { folder, read } = packageWith(original);
    removeSourceCondition(folder);
    const edited = packed.replace('likes', 'hearts');
    writeFileSync(join(folder, 'package.json'), edited);
    for (const step of [removeSourceCondition, restoreSourceCondition]) {
      const { code, exit, text } = refusalOf(() => step(folder));
      expect([code, exit]).toEqual(['PLUGIN_PACK_INTERRUPTED', 13]);
      expect(text).toContain(join(folder, 'package.json.orig'));
    }
    expect([read(), read('package.json.orig')]).toEqual([edited, original]);
  });

  it('leaves a package without the condition as it is', () => {
    const { folder, read } = packageWith(packed);
    removeSourceCondition(folder);
    expect(readdirSync(folder)).toEqual(['package.json']);
    restoreSourceCondition(folder);
    expect(read()).toBe(packed);
  });

  it.each([
    ['{"exports":{"headwater-source":"./a.ts","default":"./a.js"}}', '{"exports":{"default":"./a.js"}}'],
    ['{\n\t"exports": {\n\t\t"headwater-source": "./a.ts"\n\t}\n}', '{\n\t"exports": {}\n}'],
    [
      '{"exports":{".":[{"node":{"headwater-source":"./a.ts","default":"./a.js"}}]}}',
      '{"exports":{".":[{"node":{"default":"./a.js"}}]}}',
    ],
    ['{"exports":"./a.js"}', '{"exports":"./a.js"}'],
    ['{ "main": "a.js" }\r\n', '{ "main": "a.js" }\r\n'],
    ['\uFEFF{"exports":{"headwater-source":"./a.ts"}}', '{"exports":{}}'],
  ])('removes the condition at any depth, and keeps the indentation: %j', (before, after) => {
    expect(withoutCondition(before)).toBe(after);
  });
});
