import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findConfig } from '../../src/config/find-config.ts';
import { makeFolder, writeFiles } from './folder.ts';
import { refusalOf } from './refusal.ts';

describe('findConfig', () => {
  it('prefers config/config.json to config.json', () => {
    const cwd = makeFolder();
    writeFiles(cwd, { 'config.json': {} });
    expect(findConfig({ cwd })).toBe(join(cwd, 'config.json'));
    writeFiles(cwd, { 'config/config.json': {} });
    expect(findConfig({ cwd })).toBe(join(cwd, 'config/config.json'));
  });

  it('searches only parent folders that have a package.json', () => {
    const folder = makeFolder();
    writeFiles(folder, { 'a/config.json': {}, 'a/b/c/x': '', 'package.json': {}, 'config/config.json': {} });
    const cwd = join(folder, 'a/b/c');
    expect(findConfig({ cwd })).toBe(join(folder, 'config/config.json'));
    writeFiles(folder, { 'a/package.json': {} });
    expect(findConfig({ cwd })).toBe(join(folder, 'a/config.json'));
  });

  it('uses --config if given, relative to the working directory', () => {
    const cwd = makeFolder();
    writeFiles(cwd, { 'config.json': {}, 'other/x.json': {} });
    expect(findConfig({ cwd, config: 'other/x.json' })).toBe(join(cwd, 'other/x.json'));
    expect(findConfig({ cwd, config: join(cwd, 'config.json') })).toBe(join(cwd, 'config.json'));
  });

  it('does not resolve symbolic links, because mounted configs are links', () => {
    const cwd = makeFolder();
    writeFiles(cwd, { 'data/config.json': {} });
    symlinkSync(join(cwd, 'data/config.json'), join(cwd, 'config.json'));
    expect(findConfig({ cwd })).toBe(join(cwd, 'config.json'));
  });

  it('names every path that it tried, the working directory, and --config', () => {
    const folder = makeFolder();
    writeFiles(folder, { 'package.json': {}, 'a/x': '' });
    const cwd = join(folder, 'a');
    const { code, exit, text } = refusalOf(() => findConfig({ cwd }));
    expect([code, exit]).toEqual(['CONFIG_NOT_FOUND', 10]);
    for (const part of ['a/config/config.json', 'a/config.json', 'config/config.json', 'config.json']) {
      expect(text).toContain(join(folder, part));
    }
    expect(text).toContain(`working directory ${cwd}`);
    expect(text).toContain('--config path/to/config.json');
  });

  it('names the path of a --config that does not exist', () => {
    const cwd = makeFolder();
    writeFiles(cwd, { 'config.json': {} });
    const { code, exit, text } = refusalOf(() => findConfig({ cwd, config: 'nope.json' }));
    expect([code, exit]).toEqual(['CONFIG_NOT_FOUND', 10]);
    expect(text).toContain(join(cwd, 'nope.json'));
    expect(text).toContain('--config nope.json');
    expect(text).toContain(cwd);
  });

  it.each([{ config: 'here' }, {}])('reports a directory in place of the file (%j)', (options) => {
    const cwd = makeFolder();
    mkdirSync(join(cwd, 'here'));
    mkdirSync(join(cwd, 'config/config.json'), { recursive: true });
    const { code, exit, text } = refusalOf(() => findConfig({ cwd, ...options }));
    expect([code, exit]).toEqual(['CONFIG_UNREADABLE', 10]);
    expect(text).toContain('it is a directory');
    expect(text).toContain(join(cwd, options.config ?? 'config/config.json'));
    expect(text).toContain('--config');
  });

  it('explains why a path cannot be followed', () => {
    const cwd = makeFolder();
    symlinkSync(join(cwd, 'config.json'), join(cwd, 'config.json'));
    const { code, text } = refusalOf(() => findConfig({ cwd }));
    expect(code).toBe('CONFIG_UNREADABLE');
    expect(text).toContain('symbolic links form a cycle (ELOOP)');
  });
});
