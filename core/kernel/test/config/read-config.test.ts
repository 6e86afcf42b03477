import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { readConfig } from '../../src/config/read-config.ts';
import { outcomeOf } from '../graph/refusal.ts';
import { makeFolder, writeFiles } from './folder.ts';
import { refusalOf, type Refusal } from './refusal.ts';

type Files = Readonly<Record<string, unknown>>;
type Env = Readonly<Record<string, string | undefined>>;

const base = { database: 'pglite://' };

function read(config: unknown, env: Env = {}, others: Files = {}): Config {
  const folder = makeFolder();
  writeFiles(folder, { 'package.json': {}, 'config.json': config, ...others });
  return readConfig(join(folder, 'config.json'), env);
}

function refuse(config: unknown, env: Env = {}, others: Files = {}): Refusal {
  return refusalOf(() => read(config, env, others));
}

/** Runs as a user other than root, since permissions do not apply to root. */
function asAnotherUser<T>(run: () => T): T {
  if (process.geteuid?.() !== 0) return run();
  process.seteuid?.(65_534);
  try {
    return run();
  } finally {
    process.seteuid?.(0);
  }
}

describe('a config', () => {
  it('is complete with defaults, and frozen', () => {
    const config = read({ ...base, plugins: { likes: { perMinute: 60 } } });
    expect(config).toMatchObject({
      overlays: [],
      upgrade: {
        lockWait: 300,
        lockTimeout: 3,
        retryFor: 60,
        statementTimeout: 0,
        codeTimeout: 3600,
        responseTimeout: 60,
      },
    });
    expect(config.plugins.has('core')).toBe(false);
    expect(config.plugins.get('likes')).toEqual({
      name: 'likes',
      enabled: true,
      package: null,
      startTimeout: 10,
      options: { perMinute: 60 },
      fromVariables: [],
      sources: { perMinute: { file: config.file, variables: [] } },
    });
    for (const part of [config, config.upgrade, config.database, config.plugins.get('likes')?.options]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  it('accepts every kernel key', () => {
    const config = read({
      $schema: './config.schema.json',
      database: { url: 'postgres://u:p@h/d' },
      core: '@acme/core',
      plugins: { app: { $enabled: false, $package: './app', $startTimeout: 0.5, a: { $b: 1 } } },
      upgrade: {
        mode: 'check',
        beforeBreaking: 'backup',
        checkDrift: true,
        lockWait: 0,
        lockTimeout: 1.5,
        retryFor: 2,
        statementTimeout: 3,
        codeTimeout: 9,
        responseTimeout: 8,
      },
    });
    expect(config.plugins.get('core')).toMatchObject({ enabled: true, package: '@acme/core' });
    expect(config.upgrade).toEqual({
      mode: 'check',
      beforeBreaking: 'backup',
      checkDrift: true,
      lockWait: 0,
      lockTimeout: 1.5,
      retryFor: 2,
      statementTimeout: 3,
      codeTimeout: 9,
      responseTimeout: 8,
    });
    expect(config.plugins.get('app')).toMatchObject({
      enabled: false,
      package: './app',
      startTimeout: 0.5,
      options: { a: { $b: 1 } },
    });
  });

  it('lists plugins by name, regardless of their order in the file', () => {
    const one = read({ ...base, plugins: { b: {}, a: {}, c: {} } });
    expect([...one.plugins.keys()]).toEqual(['a', 'b', 'c']);
  });

  it.each<[config: object, code: string, pointer: string, ...parts: string[]]>([
    [{}, 'CONFIG_VALUE_INVALID', '/database', 'postgres://', 'pglite://', 'found nothing'],
    [{ database: 5 }, 'CONFIG_VALUE_INVALID', '/database', 'found a number'],
    [{ database: '' }, 'CONFIG_VALUE_INVALID', '/database', 'found an empty string'],
    [{ database: {} }, 'CONFIG_VALUE_INVALID', '/database/url', 'found nothing'],
    [{ database: { uri: 'x' } }, 'CONFIG_KEY_UNKNOWN', '/database/uri', '"url"'],
    [{ database: { url: 'pglite://', directUrl: 'postgres://h' } }, 'CONFIG_VALUE_INVALID', '/database/directUrl'],
    [{ ...base, databse: 1 }, 'CONFIG_KEY_UNKNOWN', '/databse', 'did you mean "database"?'],
    [{ ...base, modules: {} }, 'CONFIG_KEY_UNKNOWN', '/modules', 'plugins'],
    [{ ...base, $schema: 1 }, 'CONFIG_VALUE_INVALID', '/$schema', 'a string'],
    [{ ...base, core: null }, 'CONFIG_VALUE_INVALID', '/core', 'found null'],
    [{ ...base, plugins: ['likes'] }, 'CONFIG_VALUE_INVALID', '/plugins', 'found an array'],
    [{ ...base, plugins: { likes: true } }, 'CONFIG_VALUE_INVALID', '/plugins/likes', '{}', 'found true'],
    [{ ...base, plugins: { likes: { $enable: true } } }, 'CONFIG_KEY_UNKNOWN', '/plugins/likes/$enable', '"$enabled"'],
    [
      { ...base, plugins: { likes: { $enabled: 'no' } } },
      'CONFIG_VALUE_INVALID',
      '/plugins/likes/$enabled',
      'true or false',
    ],
    [
      { ...base, plugins: { likes: { $package: [] } } },
      'CONFIG_VALUE_INVALID',
      '/plugins/likes/$package',
      'found an array',
    ],
    [
      { ...base, plugins: { likes: { $startTimeout: 0 } } },
      'CONFIG_VALUE_INVALID',
      '/plugins/likes/$startTimeout',
      'above 0',
    ],
    [
      { ...base, plugins: { likes: { $startTimeout: 1e9 } } },
      'CONFIG_VALUE_INVALID',
      '/plugins/likes/$startTimeout',
      '2147483',
    ],
    [{ ...base, upgrade: 5 }, 'CONFIG_VALUE_INVALID', '/upgrade', 'an object'],
    [{ ...base, upgrade: { lockwait: 5 } }, 'CONFIG_KEY_UNKNOWN', '/upgrade/lockwait', '"lockWait"'],
    [
      { ...base, upgrade: { lockWait: -1 } },
      'CONFIG_VALUE_INVALID',
      '/upgrade/lockWait',
      'from 0',
      'a negative number',
    ],
    [
      { ...base, upgrade: { retryFor: '5' } },
      'CONFIG_VALUE_INVALID',
      '/upgrade/retryFor',
      'a number of seconds',
      'found a string',
    ],
    [
      { ...base, upgrade: { statementTimeout: null } },
      'CONFIG_VALUE_INVALID',
      '/upgrade/statementTimeout',
      'found null',
    ],
  ])('is rejected with its pointer and the expected value: %j', (config, code, pointer, ...parts) => {
    const refusal = refuse(config);
    expect([refusal.code, refusal.exit]).toEqual([code, 10]);
    expect(refusal.text).toMatch(new RegExp(`config\\.json.* (at )?${pointer.replaceAll('$', '\\$')}\\b`));
    for (const part of parts) expect(refusal.text).toContain(part);
  });

  it.each(['[]', '"x"', 'null', '5'])('is rejected if it is not an object: %s', (text) => {
    const { code, exit, text: told } = refuse(text);
    expect([code, exit]).toEqual(['CONFIG_VALUE_INVALID', 10]);
    expect(told).toContain('the whole file');
  });

  it('is rejected if it is too large', () => {
    const { code, exit, text } = refuse(' '.repeat(50 * 1024 * 1024));
    expect([code, exit]).toEqual(['CONFIG_TOO_LARGE', 10]);
    expect(text).toContain('52428800');
  });

  it('is rejected if it cannot be read', () => {
    const folder = makeFolder();
    mkdirSync(join(folder, 'config.json'));
    const { code, exit, text } = refusalOf(() => readConfig(join(folder, 'config.json'), {}));
    expect([code, exit]).toEqual(['CONFIG_UNREADABLE', 10]);
    expect(text).toContain('it is a directory');
    expect(text).toContain(process.cwd());
    expect(text).toContain('--config');
    expect(refusalOf(() => readConfig(join(folder, 'x.json'), {})).text).toContain('no such file');
  });

  it('is rejected if the user may not read it', () => {
    const folder = makeFolder();
    writeFileSync(join(folder, 'config.json'), '{}');
    chmodSync(join(folder, 'config.json'), 0);
    const { code, exit, text } = asAnotherUser(() => refusalOf(() => readConfig(join(folder, 'config.json'), {})));
    expect([code, exit]).toEqual(['CONFIG_UNREADABLE', 10]);
    expect(text).toContain('permission denied (EACCES)');
  });

  it('can be validated before it is written', () => {
    const file = join(makeFolder(), 'config.json');
    expect(readConfig(file, {}, JSON.stringify({ ...base, plugins: { likes: {} } })).plugins.has('likes')).toBe(true);
    expect(refusalOf(() => readConfig(file, {}, '{')).code).toBe('CONFIG_SYNTAX');
  });

  it.each(['__proto__', 'constructor', 'prototype'])('is never merged or read through the key %s', (key) => {
    const { code, text } = refuse(
      base,
      { NODE_ENV: 'x' },
      { 'config.x.json': `{"plugins": {"a": {"${key}": {"b": 1}}}}` },
    );
    expect(code).toBe('CONFIG_KEY_RESERVED');
    expect(text).toContain(`/plugins/a/${key}`);
    expect(text).toContain('config.x.json');
  });
});

describe('any JSON', () => {
  it('yields a config or an error with a code', () => {
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.constantFrom('${A}', '${', 'postgres://u:p@h/d', 'pglite://x', './a', 5, true),
    );
    const entry = fc.dictionary(fc.constantFrom('$enabled', '$package', '$startTimeout', 'x', '$x'), value, {
      noNullPrototype: true,
    });
    const config = fc.record(
      {
        database: fc.oneof(
          fc.constant('pglite://'),
          value,
          fc.dictionary(fc.constantFrom('url', 'directUrl', 'x'), value),
        ),
        core: value,
        plugins: fc.oneof(
          fc.dictionary(fc.oneof(fc.constantFrom('a', 'b-2'), fc.string()), fc.oneof(entry, value)),
          value,
        ),
        upgrade: fc.oneof(fc.dictionary(fc.constantFrom('lockWait', 'retryFor', 'x'), value), value),
      },
      { requiredKeys: ['database'] },
    );
    fc.assert(
      fc.property(config, (json) => {
        const outcome = outcomeOf(() => readConfig('/project/config.json', { A: '1' }, JSON.stringify(json)));
        expect(outcome).toBeDefined();
      }),
      { numRuns: 1000 },
    );
  });
});

describe('an overlay', () => {
  it('merges objects deeply and replaces everything else', () => {
    const config = read(
      { ...base, plugins: { a: { x: { p: 1, q: [1, 2] }, y: 1 }, b: {} }, upgrade: { lockWait: 1 } },
      { NODE_ENV: 'production' },
      { 'config.production.json': { plugins: { a: { x: { q: [3] }, y: null }, c: {} }, upgrade: { retryFor: 2 } } },
    );
    expect(config.overlays).toEqual([config.file.replace('config.json', 'config.production.json')]);
    expect(config.plugins.get('a')?.options).toEqual({ x: { p: 1, q: [3] }, y: null });
    expect([...config.plugins.keys()]).toEqual(['a', 'b', 'c']);
    expect(config.upgrade).toMatchObject({ lockWait: 1, retryFor: 2 });
  });

  it('applies only in its own environment', () => {
    const others = { 'config.production.json': { database: 'nonsense://' } };
    expect(read(base, {}, others).overlays).toEqual([]);
    expect(read(base, { NODE_ENV: 'development' }, others).overlays).toEqual([]);
  });

  it('is named by the error if it contains the invalid value; otherwise config.json is', () => {
    const overlay = { 'config.test.json': { upgrade: { lockWait: 'x' } } };
    const wrongAbove = refuse({ ...base, upgrade: { lockWait: 1 } }, { NODE_ENV: 'test' }, overlay);
    expect(wrongAbove.text).toMatch(/config\.test\.json: \/upgrade\/lockWait/);
    const wrongBelow = refuse(
      { ...base, upgrade: { retryFor: 'x' } },
      { NODE_ENV: 'test' },
      { 'config.test.json': { upgrade: { lockWait: 1 } } },
    );
    expect(wrongBelow.text).toMatch(/config\.json: \/upgrade\/retryFor/);
  });

  it('is rejected with line and column if it is not JSON', () => {
    const { code, text } = refuse(base, { NODE_ENV: 'test' }, { 'config.test.json': '{"plugins": {},}' });
    expect(code).toBe('CONFIG_SYNTAX');
    expect(text).toContain('config.test.json:1:15');
  });

  it.each(['../../etc/x', 'a b', 'x'.repeat(200)])('is not searched for with NODE_ENV=%s', (name) => {
    const { code, exit, text } = refuse(base, { NODE_ENV: name });
    expect([code, exit]).toEqual(['ENVIRONMENT_NAME_INVALID', 11]);
    expect(text).toContain('NODE_ENV=production');
  });
});

describe('a variable', () => {
  it('is substituted once, not recursively', () => {
    const env = { A: '${B}', B: 'b', EMPTY: '', D: 'x$' };
    const options = {
      a: '${A}',
      mix: '-${B}-${B}',
      list: ['${B}'],
      def: '${NO:-d}',
      empty: '${EMPTY:-d}',
      set: '${EMPTY}',
      lit: '$${B}',
      dollar: '${D}${B}',
      none: '${NO:-}',
      plain: '$x {y}',
    };
    expect(read({ ...base, plugins: { p: options } }, env).plugins.get('p')?.options).toEqual({
      a: '${B}',
      mix: '-b-b',
      list: ['b'],
      def: 'd',
      empty: 'd',
      set: '',
      lit: '${B}',
      dollar: 'x$b',
      none: '',
      plain: '$x {y}',
    });
  });

  it('is converted if it is the entire value and the kernel expects a number or a boolean', () => {
    const config = {
      ...base,
      plugins: { on: { $enabled: '${T}', $startTimeout: '${N}' }, off: { $enabled: '${F:-false}' } },
      upgrade: { lockWait: '${N}', retryFor: '${NO:-1.5}' },
    };
    const { plugins, upgrade } = read(config, { T: 'true', N: '7' });
    expect(plugins.get('on')).toMatchObject({ enabled: true, startTimeout: 7 });
    expect(plugins.get('off')).toMatchObject({ enabled: false });
    expect(upgrade).toMatchObject({ lockWait: 7, retryFor: 1.5 });
    expect(refuse({ ...base, upgrade: { lockWait: '${N}0' } }, { N: '1' }).code).toBe('CONFIG_VALUE_INVALID');
    expect(refuse({ ...base, upgrade: { lockWait: '${N}' } }, { N: '1e999' }).code).toBe('CONFIG_VALUE_INVALID');
  });

  it('is recorded if it is the entire value of a plugin option', () => {
    const options = { n: '${N}', list: [{ 'a/b': '${N}' }], part: '${N}0' };
    expect(read({ ...base, plugins: { p: options } }, { N: '1' }).plugins.get('p')?.fromVariables).toEqual([
      '/n',
      '/list/0/a~1b',
    ]);
  });

  it('need not be set if its plugin is disabled', () => {
    const config = { ...base, plugins: { pay: { $enabled: false, key: '${PAY_KEY}' } } };
    expect(read(config).plugins.get('pay')?.options).toEqual({ key: '${PAY_KEY}' });
    expect(refuse({ ...base, plugins: { pay: { key: '${PAY_KEY}' } } }).code).toBe('CONFIG_VARIABLE_UNSET');
  });

  it('need not be set if an overlay replaces it', () => {
    expect(read({ database: '${URL}' }, { NODE_ENV: 'x' }, { 'config.x.json': base }).database.kind).toBe('pglite');
  });

  it.each<[text: string, code: string, ...parts: string[]]>([
    ['${NOT_SET}', 'CONFIG_VARIABLE_UNSET', 'NOT_SET', 'export NOT_SET=', '${NOT_SET:-value}'],
    ['${toString}', 'CONFIG_VARIABLE_UNSET', 'toString'],
    ['${OPEN', 'CONFIG_VARIABLE_SYNTAX', 'OPEN', 'closing "}"'],
    ['x${OPEN:-secret', 'CONFIG_VARIABLE_SYNTAX', 'OPEN', 'closing "}"'],
    ['${OUTER:-${INNER}}', 'CONFIG_VARIABLE_SYNTAX', 'OUTER', 'do not nest'],
    ['${A${B}}', 'CONFIG_VARIABLE_SYNTAX', 'do not nest'],
    ['${}', 'CONFIG_VARIABLE_SYNTAX', 'no name'],
    ['${1A}', 'CONFIG_VARIABLE_SYNTAX', 'no name'],
    ['${a.b}', 'CONFIG_VARIABLE_SYNTAX', '":-"'],
    ['${A:=secret}', 'CONFIG_VARIABLE_SYNTAX', '":-"'],
  ])('is rejected with its name and pointer, never with its value: %s', (text, code, ...parts) => {
    const refusal = refuse({ ...base, plugins: { p: { list: [0, { key: text }] } } });
    expect([refusal.code, refusal.exit]).toEqual([code, 11]);
    expect(refusal.text).toContain('/plugins/p/list/1/key');
    for (const part of parts) expect(refusal.text).toContain(part);
    expect(refusal.text).not.toContain('secret');
  });

  it('never has its value printed, whatever is wrong with it', () => {
    const env = { S: 'canary-7f3a' };
    const configs = [
      { ...base, upgrade: { lockWait: '${S}' } },
      { ...base, plugins: { p: { $enabled: '${S}' } } },
      { ...base, plugins: { p: { $startTimeout: '${S}' } } },
      { ...base, $schema: ['${S}'] },
      { database: 'postgres://u:${S}@' },
      { database: 'postgres://u:${S}/x@h/d' },
      { database: 'u:${S}@h/d' },
    ];
    for (const config of configs) expect(refuse(config, env).text).not.toContain('canary');
  });
});

describe('the name of a plugin', () => {
  it.each<[name: string, ...parts: string[]]>([
    ['../x', 'path or a package'],
    ['/abs', 'path or a package'],
    ['@acme/likes', 'path or a package', '"$package"'],
    ['file:./x', 'looks like a URL'],
    ['data:text/javascript,1', 'looks like a URL'],
    ['node:fs', 'looks like a URL'],
    ['Likes', 'upper-case'],
    ['x'.repeat(215), '215 characters'],
    ['lіkes', 'U+0456 is not ASCII'],
    ['likes\u200b', 'U+200B is not ASCII'],
    ['9lives', 'does not begin with a letter'],
    ['a_b', '"_" is not allowed'],
    ['', 'it is empty'],
  ])('is rejected with the rule and an example: %j', (name, ...parts) => {
    const { code, exit, text } = refuse({ ...base, plugins: { [name]: {} } });
    expect([code, exit]).toEqual(['PLUGIN_NAME_INVALID', 12]);
    for (const part of [...parts, '[a-z][a-z0-9-]{0,38}', 'for example "likes"']) expect(text).toContain(part);
    expect(text.length).toBeLessThan(700);
  });

  it.each([
    ['core', 'at the top level: "core": "@headwater/plugin-core"'],
    ['kernel', 'Choose another name'],
    ['heads', '"heads" is the target for all plugins'],
  ])('is rejected if the kernel reserves it: %s', (name, part) => {
    const { code, exit, text } = refuse({ ...base, plugins: { [name]: {} } });
    expect([code, exit]).toEqual(['PLUGIN_NAME_RESERVED', 12]);
    expect(text).toContain(`/plugins/${name}`);
    expect(text).toContain(part);
  });

  it('may have 39 characters', () => {
    expect(read({ ...base, plugins: { ['a'.repeat(39)]: {} } }).plugins.size).toBe(1);
  });
});

describe('the project root', () => {
  it('is the nearest folder with a package.json that is not inside node_modules', () => {
    const folder = makeFolder();
    writeFiles(folder, {
      'package.json': {},
      'config/config.json': base,
      'node_modules/x/package.json': {},
      'node_modules/x/config.json': base,
      'a/package.json': {},
      'a/config.json': base,
    });
    const rootOf = (path: string): string => readConfig(join(folder, path), {}).root;
    expect(rootOf('config/config.json')).toBe(folder);
    expect(rootOf('a/config.json')).toBe(join(folder, 'a'));
    expect(rootOf('node_modules/x/config.json')).toBe(folder);
  });

  it('is the folder of the config if there is no package.json', () => {
    const folder = makeFolder();
    writeFiles(folder, { 'config.json': base });
    expect(readConfig(join(folder, 'config.json'), {}).root).toBe(folder);
  });
});
