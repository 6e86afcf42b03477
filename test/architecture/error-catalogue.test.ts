import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { devCodes } from '../../core/dev/src/error/dev-codes.ts';
import { kernelCodes } from '../../core/kernel/src/error/kernel-codes.ts';
import { exitCode } from '../../core/kernel/src/error/exit-code.ts';

const root = join(import.meta.dirname, '../..');
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

describe('the tables of codes', () => {
  it('is the same set as the throw sites of its package', () => {
    const thrown = (maker: string): readonly string[] =>
      found(textOf('core/*/src/**/*.ts'), new RegExp(`\\b${maker}\\(\\s*'([A-Z_]+)'`, 'g'));
    expect(thrown('kernelError')).toEqual(Object.keys(kernelCodes).toSorted());
    expect(thrown('devError')).toEqual(Object.keys(devCodes).toSorted());
  });

  it('is the same set as docs/errors.md, with the same exit codes', () => {
    const page = readFileSync(join(root, 'docs/errors.md'), 'utf8');
    const rows = Array.from(page.matchAll(/^\| `([A-Z_]+)` \| (\d+) \|/gm), ([, code, exit]) => `${code} ${exit}`);
    expect(rows.toSorted()).toEqual(
      Object.entries({ ...kernelCodes, ...devCodes })
        .map(([code, entry]) => `${code} ${entry.exit}`)
        .toSorted(),
    );
  });

  it('is provoked, code by code, in tests', () => {
    const tests = textOf('core/*/test/**/*.ts', 'test/**/*.ts', 'plugins/*/test/**/*.ts', 'app/test/**/*.ts');
    expect(codes.filter((code) => !new RegExp(`['"\`]${code}['"\`]`).test(tests))).toEqual([]);
  });

  it('uses documented exit codes only, and docs/errors.md explains each of those', () => {
    const page = readFileSync(join(root, 'docs/errors.md'), 'utf8');
    const explained = Array.from(page.matchAll(/^\| (\d+) \| [^|`]+ \|$/gm), ([, exit]) => Number(exit));
    expect(explained.toSorted((a, b) => a - b)).toEqual(Object.values(exitCode).toSorted((a, b) => a - b));
  });
});
