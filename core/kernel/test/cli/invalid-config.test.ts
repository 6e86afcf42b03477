import { rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Project } from '../../../../test/helper/project.ts';
import { complaintAbout, type InvalidInput } from './invalid-input.ts';

const text = (content: string | Buffer) => (project: Project) => project.write('config.json', content as string);
const key = (name: string, value: unknown) => (project: Project) =>
  project.reconfigure((config) => (config[name] = value));

const rows: readonly InvalidInput[] = [
  {
    input: 'config missing',
    spoil: ({ config }) => rmSync(config),
    code: 'CONFIG_NOT_FOUND',
    exit: 10,
    says: ['config.json', 'working directory', '--config'],
  },
  {
    input: 'config a directory',
    command: 'migrate:up --config plugins',
    code: 'CONFIG_UNREADABLE',
    exit: 10,
    says: ['/plugins', 'directory', '--config'],
  },
  { input: 'empty', spoil: text(''), code: 'CONFIG_SYNTAX', exit: 10, says: [/config\.json:1:1: /] },
  {
    input: 'UTF-16',
    spoil: text(Buffer.from('\ufeff{}', 'utf16le')),
    code: 'CONFIG_SYNTAX',
    exit: 10,
    says: [/:1:1: .*UTF-16/],
  },
  {
    input: 'trailing comma',
    spoil: text('{\n  "plugins": {},\n}'),
    code: 'CONFIG_SYNTAX',
    exit: 10,
    says: [/config\.json:\d+:\d+: .*comma/],
  },
  {
    input: 'duplicate key',
    spoil: text('{ "database": "a",\n "database": "b" }'),
    code: 'CONFIG_KEY_DUPLICATE',
    exit: 10,
    says: [/:2:2: .*"database"/],
  },
  {
    input: 'wrong type',
    spoil: key('plugins', []),
    code: 'CONFIG_VALUE_INVALID',
    exit: 10,
    says: ['/plugins', /expected an object.*found/],
  },
  {
    input: 'unknown key',
    spoil: key('plugin', {}),
    code: 'CONFIG_KEY_UNKNOWN',
    exit: 10,
    says: ['/plugin', '"plugins"'],
  },
  {
    input: 'negative timeout',
    spoil: key('upgrade', { lockWait: -1 }),
    code: 'CONFIG_VALUE_INVALID',
    exit: 10,
    says: ['/upgrade/lockWait', /from 0/],
  },
  {
    input: '__proto__',
    spoil: text('{ "plugins": { "__proto__": {} } }'),
    code: 'CONFIG_KEY_RESERVED',
    exit: 10,
    says: ['/plugins/__proto__'],
  },
  {
    input: '${VAR} unset',
    spoil: key('database', '${NOT_SET_HERE}'),
    code: 'CONFIG_VARIABLE_UNSET',
    exit: 11,
    says: ['NOT_SET_HERE', '/database'],
  },
  {
    input: '${VAR} unclosed',
    spoil: key('database', '${NOT_SET_HERE'),
    code: 'CONFIG_VARIABLE_SYNTAX',
    exit: 11,
    says: ['NOT_SET_HERE', '/database'],
  },
  {
    input: 'malformed database URL',
    spoil: key('database', 'postgres://me:secret@host:port/db'),
    code: 'DATABASE_URL_INVALID',
    exit: 10,
    says: ['me', 'host', '***'],
  },
  {
    input: 'unsupported scheme',
    spoil: key('database', 'mysql://host/db'),
    code: 'DATABASE_URL_INVALID',
    exit: 10,
    says: ['mysql://', 'pglite://'],
  },
];

describe('an invalid config', () => {
  it.each(rows)('is rejected before anything connects: $input, exit $exit', async (row) => {
    expect(await complaintAbout(row)).toContain('Nothing was written.');
  });
});
