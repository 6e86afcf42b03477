import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { npmPack, stagePackages, unpack, type Tarball } from '../helper/pack.ts';
import { readPackageJson } from '../helper/packed-packages.ts';

describe('npm pack', () => {
  let folders: readonly string[];
  let before: readonly string[];
  let first: readonly Tarball[];
  let scratch: string;
  const textsOf = (): readonly string[] => folders.map((folder) => readFileSync(join(folder, 'package.json'), 'utf8'));

  beforeAll(async () => {
    scratch = join(inject('scratch'), 'packing');
    folders = stagePackages(join(scratch, 'staging'));
    before = textsOf();
    mkdirSync(join(scratch, 'first'));
    first = await npmPack(folders, join(scratch, 'first'));
  });

  it('leaves every package.json unchanged', () => {
    expect(before.join('')).toContain('headwater-source');
    expect(textsOf()).toEqual(before);
  });

  it('produces the same bytes twice', async () => {
    mkdirSync(join(scratch, 'second'));
    const second = await npmPack(folders, join(scratch, 'second'));
    expect(second.map(({ name }) => name)).toEqual(first.map(({ name }) => name));
    for (const [i, { name, file }] of first.entries()) {
      expect(readFileSync(file).equals(readFileSync(second[i]?.file ?? '')), name).toBe(true);
    }
  });

  it('packs no paths to sources, thanks to the scripts of the packages', async () => {
    mkdirSync(join(scratch, 'unstripped'));
    const unstripped = await npmPack(folders, join(scratch, 'unstripped'), ['--ignore-scripts']);
    for (const tarball of unstripped.filter(isImported))
      expect(await exportsOf(tarball), tarball.name).toMatch(/headwater-source.*src\//);
    for (const tarball of first) expect(await exportsOf(tarball), tarball.name).not.toMatch(/headwater-source|src\//);
  });

  it('makes packages that pass publint', async () => {
    for (const { name, file } of first) expect(await findingsOf(file), name).toEqual([]);
  });

  it('makes packages whose types every ESM importer resolves', async () => {
    for (const { name, file } of first.filter(isImported)) {
      const result = await checkPackage(createPackageFromTarballData(readFileSync(file)));
      expect(result.types, name).not.toBe(false);
      const problems = result.types === false ? [] : result.problems;
      // These packages are ESM. `require` of them works in Node 24, and TypeScript reports that under its name for Node 16.
      const expected = new Set(['CJSResolvesToESM']);
      const unexpected = problems.filter((problem) => {
        const legacy = 'resolutionKind' in problem && problem.resolutionKind === 'node10';
        return !legacy && !expected.has(problem.kind);
      });
      expect(unexpected, name).toEqual([]);
    }
  });
});

/** Whether code may import the package. One is only a command. */
function isImported({ name }: Tarball): boolean {
  return name !== 'create-headwater';
}

/** Returns the exports of a packed package as JSON. */
async function exportsOf(tarball: Tarball): Promise<string> {
  const folder = `${tarball.file}.unpacked`;
  await unpack(tarball, folder);
  return JSON.stringify(readPackageJson(folder).exports);
}

async function findingsOf(file: string): Promise<readonly string[]> {
  const { messages, pkg } = await publint({ pack: { tarball: toArrayBuffer(readFileSync(file)) }, strict: true });
  const texts = messages.map((message) => formatMessage(message, pkg, { color: false }) ?? message.code);
  // A template is a package of its own, which Node never resolves inside of ours.
  return texts.filter((text) => !/^\.\/(?:dist\/)?templates\/plugin\/package\.json has an "exports" field/.test(text));
}

function toArrayBuffer({ buffer, byteOffset, byteLength }: Buffer): ArrayBuffer {
  return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
}
