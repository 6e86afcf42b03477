import { describe, expect, it } from 'vitest';
import type { DatabaseTarget, Json } from '../../src/config/config.ts';
import { databaseTarget } from '../../src/config/database-target.ts';
import { refusalOf } from './refusal.ts';

const file = '/project/config/config.json';
const target = (json: Json): DatabaseTarget => databaseTarget(json, file, [{ file, json: { database: json } }]);

describe('a database URL', () => {
  it.each<[url: string, shown: string]>([
    ['postgres://ann:s3cret@db.example:5433/shop', 'postgres://ann@db.example:5433/shop'],
    ['postgresql://db.example/shop', 'postgresql://db.example/shop'],
    ['postgres://ann:s3c%40ret@[::1]/shop', 'postgres://ann@[::1]/shop'],
    ['postgres://ann:s3cret@h/shop?sslmode=require&password=s3cret', 'postgres://ann@h/shop'],
    ['postgres:///shop?host=/var/run/postgresql&password=s3cret', 'postgres:///var/run/postgresql/shop'],
    [' postgres://ann:s3cret@h \n', 'postgres://ann@h'],
  ])('is shown without its password and query: %s', (url, shown) => {
    const found = target(url);
    expect(found).toEqual({ kind: 'postgres', url: url.trim(), directUrl: null, shown });
    expect(found.shown).not.toContain('s3c');
  });

  it('may be accompanied by a URL that bypasses a pooler', () => {
    const found = target({ url: 'postgres://u:p@pooler:6432/d', directUrl: 'postgres://u:p@server/d' });
    expect(found).toMatchObject({ shown: 'postgres://u@pooler:6432/d', directUrl: 'postgres://u:p@server/d' });
  });

  it.each<[url: string, directory: string | null]>([
    ['pglite://', null],
    ['pglite://../.data/db', '/project/.data/db'],
    ['pglite://db', '/project/config/db'],
    ['pglite:///var/db', '/var/db'],
  ])('of an embedded database has a path relative to the config file: %s', (url, directory) => {
    expect(target(url)).toMatchObject({ kind: 'pglite', directory });
    expect(target(url).shown).toContain(directory ?? 'in memory');
  });

  it.each<[url: string, ...parts: string[]]>([
    [
      'mysql://ann:s3cret@h/d',
      'mysql:// is not supported',
      'postgres://',
      'postgresql://',
      'pglite://',
      'mysql://ann:***@h/d',
    ],
    ['http://h', 'http:// is not supported'],
    ['./data', 'no scheme'],
    ['s3cret', 'no scheme'],
    ['ann:s3cret@h/d', 'no scheme'],
    ['pglite:data', 'no scheme'],
    ['postgres://ann:s3cret@h:99999/d', 'port', 'postgres://ann:***@h:99999/d'],
    ['postgres://ann:s3cret@h:port/d', 'port', 'postgres://ann:***@h:***/d'],
    ['postgres://ann:s3cret/d', 'port', 'postgres://ann:***/d'],
    ['postgres://ann:s3#cret@h/d', 'special character', 'postgres://ann:***@h/d', '%23'],
    ['postgres://ann:12#s3cret@h/d', 'not percent-encoded', 'postgres://ann:***@h/d'],
    ['postgres://ann:12/s3cret@h/d', 'not percent-encoded', 'postgres://ann:***@h/d', '%2F'],
    ['postgres://ann:12?s3cret@h/d', 'not percent-encoded', 'postgres://ann:***@h/d'],
    ['postgres://ann:s3cret%@h/d', '"%"', 'postgres://ann:***@h/d'],
    ['postgres://h h/d', 'host'],
    ['pglite://a\0b', 'zero byte'],
  ])('is rejected with its parts shown, but not its password: %j', (url, ...parts) => {
    const { code, exit, text } = refusalOf(() => target({ url }));
    expect([code, exit]).toEqual(['DATABASE_URL_INVALID', 10]);
    for (const part of ['/database/url', ...parts]) expect(text).toContain(part);
    expect(text).not.toMatch(/s3|cret/);
  });
});
