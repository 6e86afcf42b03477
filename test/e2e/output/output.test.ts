import { readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withoutColors } from '../../../core/kernel/src/cli/colors.ts';
import { commandTable } from '../../../core/kernel/src/cli/command-table.ts';
import { ok } from '../../../core/kernel/test/cli/support.ts';
import { copyDatabase, emptyDatabase, serverUrl, urlOf } from '../../helper/database.ts';
import { expectPublished } from '../../helper/json-schema.ts';
import { applied, writeApplication } from '../other-commands/application.ts';
import { elsewhere, pinnedLines } from './lines.ts';
import { runLines, type LineOutcome, type LineRun } from './run-lines.ts';

const isUpdate = process.env['UPDATE_GOLDEN'] !== undefined;
const file = join(import.meta.dirname, 'golden.txt');
const lines = pinnedLines.map(({ line }) => line);

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
function normalized({ stdout, stderr }: LineOutcome): string {
  return (stdout + stderr)
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}/g, '<run>')
    .replaceAll(/\d{4}-\d\d-\d\d[ T]\d\d[:-]\d\d(?:[:-]\d\d)?(?:\.\d+)?(?:Z| UTC)?/g, '<time>')
    .replaceAll(/\b\d+(?:\.\d+)? (?:ms|s|min)\b/g, '<duration>')
    .replaceAll(/\S*\/project-[0-9a-f]+/g, '<project>')
    .replaceAll(/\S*127\.0\.0\.1(?::\d+)?\/t_[0-9a-f]+/g, '<database>')
    .replaceAll(hostname(), '<host>')
    .replaceAll(/PostgreSQL \d+(?:\.\d+)?/g, 'PostgreSQL <version>')
    .replaceAll(/ {2,}(?=<)|(?<=>) {2,}/g, '  ')
    .trimEnd();
}

/** The three ways in which each line is run. */
const ways = {
  colored: { words: [], env: { COLUMNS: '80', FORCE_COLOR: '1' } },
  plain: { words: [], env: { COLUMNS: '120', NO_COLOR: '1' } },
  json: { words: ['--json'], env: { COLUMNS: '80', FORCE_COLOR: '1' } },
} as const;
type Way = keyof typeof ways;

describe('the output of a command', () => {
  let outcomes: ReadonlyMap<string, LineOutcome>;
  const outcomeOf = (line: string, way: Way): LineOutcome => {
    const found = outcomes.get(`${way} ${line}`);
    if (found === undefined) throw new Error(`kernel ${line} was not run`);
    return found;
  };
  /** Returns what the golden file has of a line. */
  const shownOf = (line: string): string => {
    const text = normalized(outcomeOf(line, 'colored')).replaceAll('\u001b', '\\e');
    if (pinnedLines.find((one) => one.line === line)?.isFile !== true) return text;
    return text
      .split('\n')
      .filter((one) => one.startsWith('-- '))
      .join('\n');
  };
  /** Returns the document of `--json`, and whether it is that of a command that failed before it had a result. */
  const documentOf = (line: string): { readonly document: unknown; readonly failed: boolean } => {
    const document: unknown = JSON.parse(outcomeOf(line, 'json').stdout);
    const failed = typeof document === 'object' && Object.keys(document ?? {}).join(',') === 'error';
    return { document, failed };
  };

  beforeAll(async () => {
    const [base, shared] = [await emptyDatabase('postgres'), await writeApplication()];
    ok(await shared.kernelWith({ env: { DATABASE_URL: urlOf(base) } }, 'migrate:up', ...applied));
    const runs: [string, LineRun][] = [];
    for (const { line, writes = false, stops = false } of pinnedLines) {
      for (const [way, { words, env }] of Object.entries(ways)) {
        const { cwd } = writes ? await writeApplication([line]) : shared;
        const url = urlOf(writes ? await copyDatabase(base) : base);
        const copy = line.includes('<copy>') ? urlOf(await copyDatabase(base)) : '';
        const full = line.replace('<copy>', copy).replace('<server>', serverUrl('postgres'));
        const given = Array.from(full.matchAll(/"([^"]*)"|\S+/g), ([word, quoted]) => quoted ?? word);
        const run = { words: [...given, ...words], cwd, env: { ...env, DATABASE_URL: url }, stops };
        runs.push([`${way} ${line}`, run]);
      }
    }
    const found = await runLines(runs.map(([, run]) => run));
    outcomes = new Map(runs.map(([key], i) => [key, found[i] as LineOutcome]));
  });

  afterAll(() => {
    if (isUpdate) writeFileSync(file, lines.map((line) => `$ kernel ${line}\n${shownOf(line)}\n`).join('\n'));
  });

  it.each(lines)('is as in the golden file, in any width and without colors too: %s', (line) => {
    const [colored, plain] = [outcomeOf(line, 'colored'), outcomeOf(line, 'plain')];
    expect(normalized(plain)).toBe(withoutColors(normalized(colored)));
    expect(plain.code).toBe(colored.code);
    if (!isUpdate) expect(shownOf(line)).toBe(golden.get(line));
  });

  it('contains no other command lines in the golden file', () => {
    expect(isUpdate ? lines : [...golden.keys()]).toEqual(lines);
  });

  it.each(lines)('is one document of the published schema with --json: %s', (line) => {
    const { stderr, code } = outcomeOf(line, 'json');
    const { document, failed } = documentOf(line);
    const [command = ''] = line.split(' ');
    if (failed) expectPublished('error', document);
    else if (command === 'help') expect(document).toEqual({ help: expect.any(String) as unknown });
    else expectPublished(command, document);
    expect(stderr).toBe('');
    expect(code).toBe(outcomeOf(line, 'colored').code);
  });

  it.each(commandTable.map(({ name }) => name))('is pinned for a success and a failure: %s', (name) => {
    const kinds = lines.filter((line) => line.split(' ')[0] === name).map((line) => documentOf(line).failed);
    if (Object.hasOwn(elsewhere, name)) {
      expect(readFileSync(join(import.meta.dirname, '../../..', elsewhere[name] ?? ''), 'utf8')).toContain(
        `expectPublished('${name}'`,
      );
    } else expect(kinds).toContain(false);
    // A completion never fails, since the shell would print the error at the prompt; and a diagnosis reports any error.
    if (name !== '__complete' && name !== 'doctor') expect(kinds).toContain(true);
  });
});
