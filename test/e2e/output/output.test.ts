import { readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withoutColors } from '../../../core/kernel/src/cli/colors.ts';
import { openRunner } from '../other-commands/runner.ts';

/** The command lines whose output is pinned. */
const lines = [
  'migrate:status',
  'migrate:current --verbose',
  'migrate:history',
  'migrate:history likes@0002: --verbose',
  'migrate:heads',
  'migrate:branches',
  'migrate:graph likes',
  'migrate:show likes@0002',
  'migrate:plan',
  'migrate:plan likes --sql',
  'migrate:plan --down likes@0001',
  'migrate:why stickers',
  'migrate:why core --not',
  'migrate:drift',
  'migrate:up',
  'migrate:up nowhere',
  'migrate:down likes@-1',
  'migrate:down core@0001',
  'migrate:stamp likes',
  'migrate:lint --all',
  'plugin:list',
  'plugin:uninstall comments',
  'plugin:uninstall likes',
  'plugin:disable stickers',
  'plugin:disable likes',
  'why comments_comment.body',
  'config:check',
  'help migrate:down',
];

const isUpdate = process.env['UPDATE_GOLDEN'] !== undefined;
const file = join(import.meta.dirname, 'golden.txt');

/**
 * Golden output, with the codes of colors as `\e[1m`. After an intended change, run
 * `UPDATE_GOLDEN=1 npx vitest run --config vitest.full.config.ts test/e2e/output`.
 */
const golden = new Map(
  readFileSync(file, { encoding: 'utf8', flag: 'a+' })
    .split(/^\$ kernel /m)
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf('\n')), section.slice(section.indexOf('\n') + 1).trimEnd()]),
);

/** Replaces what differs by run: ids, times, paths and hosts. Columns after such a value begin elsewhere. */
function normalized(text: string): string {
  return text
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}/g, '<run>')
    .replaceAll(/\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:Z| UTC)?/g, '<time>')
    .replaceAll(/\b\d+(?:\.\d+)? (?:ms|s|min)\b/g, '<duration>')
    .replaceAll(/\S*\/project-[0-9a-f]+/g, '<project>')
    .replaceAll(/\S*127\.0\.0\.1(?::\d+)?\/t_[0-9a-f]+/g, '<database>')
    .replaceAll(hostname(), '<host>')
    .replaceAll(/ {2,}(?=<)|(?<=>) {2,}/g, '  ')
    .trimEnd();
}

describe.concurrent('the output of a command', () => {
  const { prepare, run } = openRunner('postgres');
  const found = new Map<string, string>();
  beforeAll(prepare);
  afterAll(() => {
    const text = lines.map((line) => `$ kernel ${line}\n${found.get(line) ?? ''}\n`).join('\n');
    if (isUpdate) writeFileSync(file, text);
  });

  it.each(lines)('is as in the golden file, in any width and without colors too: %s', async (line) => {
    const colored = await run([`kernel ${line}`], { COLUMNS: '80', NO_COLOR: '', FORCE_COLOR: '1' });
    const plain = await run([`kernel ${line}`], { COLUMNS: '120', NO_COLOR: '1' });
    const escaped = normalized(colored.output).replaceAll('\u001b', '\\e');
    found.set(line, escaped);
    expect(normalized(withoutColors(colored.output))).toBe(normalized(plain.output));
    expect(colored.code).toBe(plain.code);
    if (!isUpdate) expect(escaped).toBe(golden.get(line));
  });

  it('contains no other command lines in the golden file', () => {
    expect(isUpdate ? lines : [...golden.keys()]).toEqual(lines);
  });
});
