import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { packageManagerOf, saveFiles } from '../../src/installation/package-manager.ts';
import { reasonIn } from '../../src/installation/run-tool.ts';
import { writeFiles } from '../config/folder.ts';

function project(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(inject('scratch'), 'managed-'));
  writeFiles(root, files);
  return root;
}

describe('the package manager of a project', () => {
  it.each<[name: 'npm' | 'pnpm', why: string, files: Readonly<Record<string, string>>, folder: string]>([
    ['npm', 'nothing says otherwise', { 'package.json': '{}' }, '.'],
    ['npm', 'its lock file', { 'package.json': '{}', 'package-lock.json': '{}' }, '.'],
    ['pnpm', 'its lock file', { 'package.json': '{}', 'pnpm-lock.yaml': '' }, '.'],
    [
      'pnpm',
      'packageManager',
      { 'package.json': '{ "packageManager": "pnpm@12.21.0" }', 'package-lock.json': '{}' },
      '.',
    ],
    ['npm', 'packageManager', { 'package.json': '{ "packageManager": "npm@11.0.0" }', 'pnpm-lock.yaml': '' }, '.'],
    ['pnpm', 'the workspace above', { 'package.json': '{}', 'pnpm-lock.yaml': '', 'app/package.json': '{}' }, 'app'],
  ])('is %s because of %s', (name, _, files, folder) => {
    const root = project(files);
    const manager = packageManagerOf(join(root, folder));
    const lock = name === 'npm' ? 'package-lock.json' : 'pnpm-lock.yaml';
    expect(manager).toMatchObject({ name, files: [join(root, folder, 'package.json'), join(root, lock)] });
  });
});

describe('saved files', () => {
  it('are restored byte for byte, and removed if they did not exist', () => {
    const root = project({ a: 'first', b: 'second' });
    const [a, b, c] = ['a', 'b', 'c'].map((name) => join(root, name)) as [string, string, string];
    const saved = saveFiles([a, b, c]);
    expect(saved.changed()).toBe(false);
    writeFileSync(a, 'other');
    rmSync(b);
    writeFileSync(c, 'new');
    expect(saved.changed()).toBe(true);
    saved.restore();
    expect([readFileSync(a, 'utf8'), readFileSync(b, 'utf8'), existsSync(c), saved.changed()]).toEqual([
      'first',
      'second',
      false,
      false,
    ]);
  });
});

describe('the reason that a tool gave', () => {
  it.each<[output: string, reason: string]>([
    [
      'npm error code E404\nnpm error 404 Not Found - GET http://localhost/x\nnpm error A complete log of this run',
      '404 Not Found - GET http://localhost/x',
    ],
    [
      'npm error 404 Not Found\nnpm error 404\nnpm error 404 It is not in this registry.\nnpm error 404',
      '404 Not Found; 404 It is not in this registry',
    ],
    [
      'npm notice\nnpm error code EINTEGRITY\nnpm error sha512-a integrity checksum failed.\n',
      'sha512-a integrity checksum failed',
    ],
    [
      ' ERR_PNPM_FETCH_404  GET http://localhost/x: Not Found - 404',
      'ERR_PNPM_FETCH_404  GET http://localhost/x: Not Found - 404',
    ],
    [
      'npm error code ECONNREFUSED\nnpm error errno ECONNREFUSED\nnpm error connect refused\nnpm error     at run (x.js:1:1)',
      'connect refused',
    ],
    ['', 'it says no more'],
  ])('of %j is %j', (output, reason) => {
    expect(reasonIn(output)).toBe(reason);
  });
});
