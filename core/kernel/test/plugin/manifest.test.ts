import { rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isKernelError } from '../../src/error/kernel-codes.ts';
import { manifestText, sumOf } from '../../src/plugin/manifest.ts';
import { parseManifest } from '../../src/plugin/manifest-reader.ts';
import { rawHash } from '../../src/plugin/revision-hash.ts';
import { writeFiles } from '../config/folder.ts';
import { refusalIn, refusalOf } from '../config/refusal.ts';
import { outcomeOf } from '../graph/refusal.ts';
import { makeProject, manifestOf } from './project.ts';

const file = '/plugins/likes/dist/headwater.json';
const first = { id: 'likes@0001_a', revises: [], up: 'select 1' };
const second = {
  id: 'likes@0002_b',
  revises: ['likes@0001_a'],
  dependsOn: ['core@0001_base'],
  dependsOnSince: { 'core@0001_base': '1.1.0' },
  up: { version: 2, module: './migrations/0002_b.js' },
  down: 'select 2',
  transaction: false as const,
  check: 'select true',
  breaking: true as const,
  replaces: ['likes@0000_z'],
};
const firstHash = rawHash({ ...first, dependsOn: [], transaction: true, up: { kind: 'sql', text: first.up } });
const secondHash = rawHash({ ...second, up: { kind: 'code', version: second.up.version } });
const both = [
  { ...first, raw: firstHash, normal: 'n1:', since: '1.0.0' },
  { ...second, raw: secondHash, normal: 'n1:', since: '1.2.0' },
];
const whole = { format: 1, plugin: 'likes', version: '1.2.0', sum: sumOf(both), revisions: both };

/** The manifest with the value at `path` replaced. */
function changed(path: readonly (string | number)[], value: unknown): string {
  const copy: unknown = JSON.parse(JSON.stringify(whole));
  const last = path.at(-1) ?? '';
  const parent = path.slice(0, -1).reduce<unknown>((here, key) => Reflect.get(here as object, key), copy);
  Reflect.set(parent as object, last, value);
  return JSON.stringify(copy);
}

describe('a manifest', () => {
  it('yields the revisions of a built plugin, complete and frozen', () => {
    const [base, head] = parseManifest(JSON.stringify(whole), file, 'likes');
    expect(base).toEqual({
      id: 'likes@0001_a',
      plugin: 'likes',
      slug: '0001_a',
      revises: [],
      dependsOn: [],
      up: { kind: 'sql', text: 'select 1' },
      down: null,
      transaction: true,
      check: null,
      breaking: false,
      replaces: [],
      raw: firstHash,
      since: '1.0.0',
      dependsOnSince: {},
      file,
    });
    expect(head).toMatchObject({
      revises: ['likes@0001_a'],
      up: { kind: 'code', version: 2 },
      down: { kind: 'sql', text: 'select 2' },
      transaction: false as const,
      check: 'select true',
      breaking: true as const,
      dependsOnSince: { 'core@0001_base': '1.1.0' },
    });
    expect(Object.isFrozen(base)).toBe(true);
  });

  it.each<[text: string, pointer: string, part: string]>([
    ['', '', 'not JSON'],
    ['{"format": 1', '', 'not JSON'],
    ['[]', '', 'not an object'],
    ['null', '', 'not an object'],
    ['['.repeat(200_000), '', 'not JSON'],
    [changed(['format'], 2), '/format', 'a newer kernel wrote it'],
    [changed(['format'], '1'), '/format', 'not a format number'],
    [changed(['plugin'], 'comments'), '/plugin', 'not "likes"'],
    [changed(['revisions'], {}), '/revisions', 'not a list'],
    [changed(['revisions', 1], null), '/revisions/1', 'an object'],
    [changed(['revisions', 1, 'id'], 'likes@head'), '/revisions/1/id', 'a revision of "likes"'],
    [changed(['revisions', 1, 'id'], 'core@0001_a'), '/revisions/1/id', 'a revision of "likes"'],
    [changed(['revisions', 0, 'revises'], null), '/revisions/0/revises', 'a list'],
    [changed(['revisions', 0, 'revises'], [5]), '/revisions/0/revises', 'a list'],
    [changed(['revisions', 0, 'dependsOn'], 'core@a'), '/revisions/0/dependsOn', 'a list'],
    [changed(['revisions', 0, 'up'], ''), '/revisions/0/up', 'SQL'],
    [changed(['revisions', 0, 'up'], undefined), '/revisions/0/up', 'SQL'],
    [changed(['revisions', 1, 'up', 'version'], 0), '/revisions/1/up', 'version'],
    [changed(['revisions', 1, 'up', 'module'], '../../../evil.js'), '/revisions/1/up/module', '"./"'],
    [changed(['revisions', 1, 'up', 'module'], './a/../../evil.js'), '/revisions/1/up/module', '"./"'],
    [changed(['revisions', 1, 'up', 'module'], 'data:text/javascript,1'), '/revisions/1/up/module', '"./"'],
    [changed(['revisions', 1, 'up', 'module'], './%2e%2e/evil.js'), '/revisions/1/up/module', '"./"'],
    [changed(['revisions', 0, 'transaction'], true), '/revisions/0/transaction', 'false'],
    [changed(['revisions', 1, 'check'], undefined), '/revisions/1/check', 'a query'],
    [changed(['revisions', 0, 'check'], 'select 1'), '/revisions/0/check', 'a query'],
    [changed(['revisions', 0, 'breaking'], 1), '/revisions/0/breaking', 'true'],
    [changed(['revisions', 0, 'raw'], 5), '/revisions/0/raw', 'a hash'],
    [changed(['revisions', 0, 'raw'], secondHash), '/revisions/0/raw', 'never by hand'],
    [changed(['revisions', 0, 'up'], 'select 2'), '/revisions/0/raw', 'never by hand'],
    [changed(['revisions', 1, 'dependsOn'], []), '/revisions/1/raw', 'never by hand'],
    [changed(['revisions', 1, 'up', 'version'], 3), '/revisions/1/raw', 'never by hand'],
    [changed(['revisions', 0, 'since'], 1), '/revisions/0/since', 'a version'],
    [changed(['revisions', 1, 'dependsOnSince'], { a: 1 }), '/revisions/1/dependsOnSince', 'versions'],
  ])('is rejected with its file and pointer: %#', (text, pointer, part) => {
    const { code, exit, text: told } = refusalOf(() => parseManifest(text, file, 'likes'));
    expect([code, exit]).toEqual(['MANIFEST_INVALID', 13]);
    expect(told).toContain(file);
    expect(told).toContain(part);
    expect(told).toContain(pointer === '' ? 'is damaged:' : `is damaged at ${pointer}:`);
  });

  it('needs no checksum: without a matching one, each revision is checked against its own hash', () => {
    const told = JSON.stringify(parseManifest(JSON.stringify(whole), file, 'likes'));
    for (const sum of [undefined, 's1:', 5, sumOf([])]) {
      expect(JSON.stringify(parseManifest(changed(['sum'], sum), file, 'likes'))).toBe(told);
    }
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const text = JSON.stringify({ ...whole, revisions: ['deep'] }).replace('"deep"', deep);
    expect(refusalOf(() => parseManifest(text, file, 'likes')).code).toBe('MANIFEST_INVALID');
  });

  it('is rejected for another plugin, even though its checksum matches its revisions', () => {
    for (const text of [manifestText({ ...whole, plugin: 'lists' }), JSON.stringify({ ...whole, plugin: 'lists' })]) {
      const { code, text: told } = refusalOf(() => parseManifest(text, file, 'lists'));
      expect(code).toBe('MANIFEST_INVALID');
      expect(told).toContain('is damaged at /revisions/0/id:');
    }
  });

  it('is written so that its checksum covers a part of its own text', () => {
    const text = manifestText(whole);
    expect(text.endsWith(`"revisions": ${JSON.stringify(whole.revisions)}\n}\n`)).toBe(true);
    expect(JSON.parse(text)).toEqual(whole);
    const again = parseManifest(JSON.stringify(whole), file, 'likes');
    expect(JSON.stringify(parseManifest(text, file, 'likes'))).toBe(JSON.stringify(again));
  });

  it('may be reformatted', () => {
    const spread = JSON.stringify(whole, null, 4);
    expect(sumOf((JSON.parse(spread) as typeof whole).revisions)).toBe(whole.sum);
  });

  it('yields revisions or an error with a code for any bytes: flipped, truncated, or with values moved', () => {
    const bytes = Buffer.from(JSON.stringify(whole));
    const flipped = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)).map(([at, byte]) => {
      const copy = Buffer.from(bytes);
      copy[at] = byte;
      return copy.toString('utf8');
    });
    const cut = fc.nat(bytes.length).map((length) => bytes.toString('utf8', 0, length));
    const path = fc.oneof(
      fc.constantFrom(['format'], ['plugin'], ['revisions']),
      fc.tuple(fc.constant('revisions'), fc.nat(1), fc.constantFrom(...Object.keys(whole.revisions[1] ?? {}))),
    );
    const swapped = fc.tuple(path, fc.jsonValue()).map(([at, value]) => changed(at, value));
    fc.assert(
      fc.property(fc.oneof(flipped, cut, swapped), (text) => {
        const outcome = outcomeOf(() => parseManifest(text, file, 'likes'));
        expect(isKernelError(outcome) || Array.isArray(outcome)).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  it('that is missing is reported with the command that writes it', async () => {
    const project = makeProject();
    const folder = project.install({ name: 'likes' });
    rmSync(join(folder, 'dist/headwater.json'));
    const { code, exit, text } = await refusalIn(() => project.load({ likes: {} }));
    expect([code, exit]).toEqual(['MANIFEST_MISSING', 13]);
    for (const part of [
      '@headwater/plugin-likes 1.0.0',
      join(folder, 'dist/headwater.json'),
      'npx kernel plugin:build',
    ]) {
      expect(text).toContain(part);
    }
  });

  it('is rejected before it is read if it is too large', async () => {
    const project = makeProject();
    const folder = project.install({ name: 'likes' });
    writeFiles(folder, { 'dist/headwater.json': ' '.repeat(50 * 1024 * 1024) });
    const { code, text } = await refusalIn(() => project.load({ likes: {} }));
    expect(code).toBe('MANIFEST_INVALID');
    expect(text).toContain('52428800 bytes');
  });

  it('that is a folder is rejected', async () => {
    const project = makeProject();
    const folder = project.install({ name: 'likes' });
    rmSync(join(folder, 'dist/headwater.json'));
    writeFiles(folder, { 'dist/headwater.json/x': '' });
    expect(await refusalIn(() => project.load({ likes: {} }))).toMatchObject({ code: 'MANIFEST_INVALID', exit: 13 });
  });
});

describe('the code of a built revision', () => {
  const context = { query: () => Promise.resolve([]), sql: () => ({ kind: 'sql' as const, text: '', values: [] }) };

  async function run(module: string | null, direction: 'up' | 'down' = 'up'): Promise<void> {
    const project = makeProject();
    const code = { version: 1, module: './migrations/0001_a.js' };
    const edges = { id: 'likes@0001_a', revises: [], dependsOn: [] };
    const raw = rawHash({ ...edges, transaction: true, up: { kind: 'code', version: 1 } });
    const entry = { ...edges, up: code, down: code, raw, normal: 'n1:', since: '1.0.0' };
    project.install({
      name: 'likes',
      files: {
        'dist/headwater.json': { ...manifestOf({ name: 'likes' }), revisions: [entry] },
        ...(module !== null && { 'dist/migrations/0001_a.js': module }),
      },
    });
    const [revision] = (await project.load({ likes: {} })).byName.get('likes')?.revisions ?? [];
    const body = revision?.[direction];
    if (body?.kind === 'code') await body.run(context);
  }

  it('is imported only when it runs', async () => {
    const module = `globalThis.ran = [];
      export default { kind: 'revision', up: () => { globalThis.ran.push('up') }, down: () => { globalThis.ran.push('down') } };`;
    await run(module);
    expect(Reflect.get(globalThis, 'ran')).toEqual(['up']);
    await run(module, 'down');
    expect(Reflect.get(globalThis, 'ran')).toEqual(['down']);
  });

  it.each<[name: string, module: string | null, code: string, part: string]>([
    ['is not there', null, 'REVISION_FILE_UNLOADABLE', '0001_a.js'],
    ['throws at import', 'throw new Error("out of cheese")', 'REVISION_FILE_UNLOADABLE', 'out of cheese'],
    ['does not export a revision', 'export default {}', 'REVISION_EXPORT_INVALID', 'defineRevision'],
    ['has no such code', 'export default { kind: "revision" }', 'REVISION_EXPORT_INVALID', '`up` is not a function'],
  ])('is rejected if its module %s', async (_name, module, code, part) => {
    const refusal = await refusalIn(() => run(module));
    expect([refusal.code, refusal.exit]).toEqual([code, 13]);
    expect(refusal.text).toContain(part);
  });
});
