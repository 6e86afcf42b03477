import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { devCodes } from '../../core/dev/src/error/dev-codes.ts';
import { kernelCodes } from '../../core/kernel/src/error/codes/all.ts';
import { exitCode } from '../../core/kernel/src/error/exit-code.ts';

const root = join(import.meta.dirname, '../..');
const errorsPage = readFileSync(join(root, 'docs/errors.md'), 'utf8');
const codes = Object.keys({ ...kernelCodes, ...devCodes }).toSorted();

function textOf(...patterns: readonly string[]): string {
  const files = patterns.flatMap((pattern) =>
    globSync(pattern, { cwd: root, exclude: (name) => name === 'node_modules' }),
  );
  return files
    .filter((file) => !file.endsWith('error-catalogue.test.ts'))
    .map((file) => readFileSync(join(root, file), 'utf8'))
    .join('\n');
}

function found(text: string, pattern: RegExp): readonly string[] {
  return [...new Set(Array.from(text.matchAll(pattern), ([, code]) => code ?? ''))].toSorted();
}

describe('the table of codes', () => {
  it('lists exactly the codes that its package throws', () => {
    const thrown = (maker: string): readonly string[] =>
      found(textOf('core/*/src/**/*.ts'), new RegExp(`\\b${maker}\\(\\s*'([A-Z_]+)'`, 'g'));
    expect(thrown('kernelError')).toEqual(Object.keys(kernelCodes).toSorted());
    expect(thrown('devError')).toEqual(Object.keys(devCodes).toSorted());
  });

  it.each<readonly [string, Readonly<Record<string, { readonly exit: number }>>]>([
    ['@headwater/kernel', kernelCodes],
    ['@headwater/dev', devCodes],
  ])('is the section of docs/errors.md about %s, with the same exit codes', (name, table) => {
    const section = errorsPage.split(/^## /m).find((part) => part.startsWith(`${name}\n`)) ?? '';
    const rows = Array.from(section.matchAll(/^\| `([A-Z_]+)` \| (\d+) \|/gm), ([, code, exit]) => `${code} ${exit}`);
    const entries = Object.entries(table).map(([code, entry]) => `${code} ${entry.exit}`);
    expect(rows.toSorted()).toEqual(entries.toSorted());
  });

  it('has a test for each code', () => {
    const tests = textOf('core/*/test/**/*.ts', 'test/**/*.ts', 'plugins/*/test/**/*.ts', 'app/test/**/*.ts');
    expect(codes.filter((code) => !new RegExp(`['"\`]${code}['"\`]`).test(tests))).toEqual([]);
  });

  it('uses only exit codes that docs/errors.md explains', () => {
    const explained = Array.from(errorsPage.matchAll(/^\| (\d+) \| [^|`]+ \|$/gm), ([, exit]) => Number(exit));
    expect(explained.toSorted((a, b) => a - b)).toEqual(Object.values(exitCode).toSorted((a, b) => a - b));
  });
});
