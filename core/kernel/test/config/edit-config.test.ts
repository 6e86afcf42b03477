import { chmodSync, lstatSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addPlugin,
  disablePlugin,
  enablePlugin,
  removePlugin,
  setCore,
  writeConfig,
} from '../../src/config/edit-config.ts';
import { makeFolder, writeFiles } from './folder.ts';
import { refusalOf } from './refusal.ts';

const usual = `{
  "database": "pglite://",
  "plugins": {
    "likes": { "perMinute": 60 },
    "messages": { "$enabled": false, "page": 5 }
  }
}
`;

describe('enabling a plugin', () => {
  it('adds an entry after the last one, with the same formatting', () => {
    expect(enablePlugin(usual, 'comments')).toBe(usual.replace('"page": 5 }\n', '"page": 5 },\n    "comments": {}\n'));
    expect(enablePlugin('{"plugins":{"a":{}}}', 'b')).toBe('{"plugins":{"a":{},"b":{}}}');
    expect(enablePlugin('{ "plugins": { "a": {}, "b": {} } }', 'c')).toBe(
      '{ "plugins": { "a": {}, "b": {}, "c": {} } }',
    );
  });

  it('removes "$enabled": false from an entry and keeps its options', () => {
    expect(enablePlugin(usual, 'messages')).toBe(usual.replace('"$enabled": false, ', ''));
  });

  it('leaves an empty entry if "$enabled" was its only key', () => {
    expect(enablePlugin('{ "plugins": { "a": {\n "$enabled": false\n} } }', 'a')).toBe('{ "plugins": { "a": {} } }');
  });

  it('changes nothing if the plugin is already active', () => {
    expect(enablePlugin(usual, 'likes')).toBe(usual);
  });

  it('adds the first entry with the indentation and line endings of the file', () => {
    expect(enablePlugin('{\r\n\t"plugins": {}\r\n}\r\n', 'a')).toBe(
      '{\r\n\t"plugins": {\r\n\t\t"a": {}\r\n\t}\r\n}\r\n',
    );
    expect(JSON.parse(enablePlugin('{}', 'a'))).toEqual({ plugins: { a: {} } });
    expect(JSON.parse(enablePlugin('{"database": "pglite://"}', 'a'))).toEqual({
      database: 'pglite://',
      plugins: { a: {} },
    });
  });
});

describe('adding a plugin', () => {
  it('writes its options, and keeps those that it has', () => {
    expect(addPlugin(usual, 'comments', { perPage: 20, sorted: false })).toBe(
      usual.replace(
        '"page": 5 }\n',
        '"page": 5 },\n    "comments": {\n      "perPage": 20,\n      "sorted": false\n    }\n',
      ),
    );
    expect(addPlugin(usual, 'likes', { perMinute: 30, $package: './likes' })).toBe(
      usual.replace('{ "perMinute": 60 }', '{ "perMinute": 60, "$package": "./likes" }'),
    );
    expect(JSON.parse(addPlugin(usual, 'messages', {}))).toMatchObject({ plugins: { messages: { page: 5 } } });
  });
});

describe('removing a plugin', () => {
  it('removes its entry, and leaves the others as they are', () => {
    expect(removePlugin(usual, 'likes')).toBe(usual.replace('"likes": { "perMinute": 60 },\n    ', ''));
    expect(removePlugin(usual, 'messages')).toBe(
      usual.replace(',\n    "messages": { "$enabled": false, "page": 5 }', ''),
    );
    expect(removePlugin('{ "plugins": { "a": {} } }', 'a')).toBe('{ "plugins": {} }');
    expect(removePlugin(usual, 'comments')).toBe(usual);
  });

  it('reverts adding it', () => {
    const name = fc.constantFrom('a', 'b', 'c');
    fc.assert(
      fc.property(fc.uniqueArray(name), (names) => {
        const text = JSON.stringify(
          { database: 'pglite://', plugins: Object.fromEntries(names.map((one) => [one, {}])) },
          null,
          2,
        );
        const added = addPlugin(text, 'new', { limit: 1 });
        expect(JSON.parse(removePlugin(added, 'new'))).toEqual(JSON.parse(text));
      }),
    );
  });
});

describe('naming plugin zero', () => {
  it('adds the key, and keeps an existing one', () => {
    expect(JSON.parse(setCore(usual, '@acme/core'))).toEqual({ ...(JSON.parse(usual) as object), core: '@acme/core' });
    expect(setCore('{ "core": "@acme/core" }', '@acme/other')).toBe('{ "core": "@acme/core" }');
  });
});

describe('disabling a plugin', () => {
  it('writes "$enabled": false and keeps the options', () => {
    expect(disablePlugin(usual, 'likes')).toBe(usual.replace('"perMinute": 60', '"perMinute": 60, "$enabled": false'));
    expect(disablePlugin('{ "plugins": { "a": {} } }', 'a')).toBe('{ "plugins": { "a": { "$enabled": false } } }');
    expect(JSON.parse(disablePlugin('{ "plugins": { "a": { "$enabled": true, "x": 1 } } }', 'a'))).toEqual({
      plugins: { a: { x: 1, $enabled: false } },
    });
  });

  it('changes nothing if the plugin is already disabled or not listed', () => {
    expect(disablePlugin(usual, 'messages')).toBe(usual);
    expect(disablePlugin(usual, 'comments')).toBe(usual);
  });
});

describe('editing a config', () => {
  it('is undone by the opposite edit, whatever the formatting', () => {
    const name = fc.constantFrom('a', 'bb', 'c-3');
    // Reserved keys are rejected before the edit (another test covers that), so there is nothing to undo.
    const value = fc
      .jsonValue({ maxDepth: 2 })
      .filter((json) => !/"(?:__proto__|constructor|prototype)":/.test(JSON.stringify(json)));
    const options = fc.dictionary(fc.constantFrom('x', 'y', '$package', 'ä"'), value);
    const config = fc.record({
      database: fc.constant('pglite://'),
      plugins: fc.dictionary(name, options, { noNullPrototype: true }),
    });
    const space = fc.constantFrom(undefined, 1, 2, 4, '\t');
    fc.assert(
      fc.property(config, space, name, (json, indent, plugin) => {
        const text = JSON.stringify(json, null, indent);
        const on = enablePlugin(text, plugin);
        const off = disablePlugin(on, plugin);
        const own = json.plugins[plugin] ?? {};
        const others = (edited: string): unknown => ({ ...(JSON.parse(edited) as typeof json).plugins, [plugin]: 0 });
        expect(JSON.parse(off)).toMatchObject({ plugins: { [plugin]: { $enabled: false } } });
        expect((JSON.parse(enablePlugin(off, plugin)) as typeof json).plugins[plugin]).toEqual(
          JSON.parse(JSON.stringify(own)),
        );
        expect(others(off)).toEqual(others(on));
        expect(enablePlugin(on, plugin)).toBe(on);
      }),
      { numRuns: 200 },
    );
  });

  it.each<[text: string, name: string, code: string]>([
    ['{"plugins": {},}', 'a', 'CONFIG_SYNTAX'],
    ['[]', 'a', 'CONFIG_VALUE_INVALID'],
    ['{"plugins": []}', 'a', 'CONFIG_VALUE_INVALID'],
    ['{"plugins": {"a": true}}', 'a', 'CONFIG_VALUE_INVALID'],
    ['{}', '../x', 'PLUGIN_NAME_INVALID'],
    ['{}', 'core', 'PLUGIN_NAME_RESERVED'],
  ])('is rejected if the file or the name is invalid: %s, %s', (text, name, code) => {
    expect(refusalOf(() => enablePlugin(text, name, 'x/config.json'))).toMatchObject({ code });
    expect(refusalOf(() => disablePlugin(text, name, 'x/config.json')).text).toContain('x/config.json');
  });
});

describe('writing a config', () => {
  it('replaces the whole file, keeps its permissions, and leaves no other file behind', () => {
    const folder = makeFolder();
    writeFiles(folder, { 'config.json': 'old' });
    chmodSync(join(folder, 'config.json'), 0o640);
    writeConfig(join(folder, 'config.json'), 'new');
    expect(readFileSync(join(folder, 'config.json'), 'utf8')).toBe('new');
    expect(statSync(join(folder, 'config.json')).mode & 0o777).toBe(0o640);
    expect(readdirSync(folder)).toEqual(['config.json']);
  });

  it('writes through a symbolic link and keeps the link', () => {
    const folder = makeFolder();
    writeFiles(folder, { 'data/real.json': 'old' });
    symlinkSync('data/real.json', join(folder, 'config.json'));
    writeConfig(join(folder, 'config.json'), 'new');
    expect(readFileSync(join(folder, 'data/real.json'), 'utf8')).toBe('new');
    expect(lstatSync(join(folder, 'config.json')).isSymbolicLink()).toBe(true);
  });

  it('fails with an error that names the file', () => {
    const file = join(makeFolder(), 'gone/config.json');
    const { code, exit, text } = refusalOf(() => writeConfig(file, '{}'));
    expect([code, exit]).toEqual(['CONFIG_UNWRITABLE', 10]);
    expect(text).toContain(file);
  });
});
