import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, inject, it } from 'vitest';

const workspace = join(import.meta.dirname, '../..');
const doors = {
  '@headwater/kernel': 'core/kernel/src/index.ts',
  '@headwater/kernel/plugin': 'core/kernel/src/plugin.ts',
  '@headwater/kernel/cli': 'core/kernel/src/cli.ts',
  '@headwater/dev/testing': 'core/dev/src/testing.ts',
};

interface Comment {
  readonly summary: readonly { readonly text: string }[];
}

/** A declaration in the JSON of typedoc, or a reference to one that another door exports too. */
interface Entry {
  readonly id: number;
  readonly name: string;
  readonly target?: number;
  readonly comment?: Comment;
  readonly signatures?: readonly { readonly comment?: Comment }[];
  readonly children?: readonly Entry[];
}

describe('npm run docs:api', () => {
  let folder: string;
  let modules: readonly Entry[];

  // It fails on a warning: a type that is not exported, a link that leads nowhere, a declaration without a comment.
  beforeAll(async () => {
    folder = join(inject('scratch'), 'api');
    const json = `${folder}.json`;
    const bin = join(workspace, 'node_modules/typedoc/bin/typedoc');
    await promisify(execFile)(process.execPath, [bin, '--html', folder, '--json', json], { cwd: workspace });
    modules = (JSON.parse(readFileSync(json, 'utf8')) as { readonly children: readonly Entry[] }).children;
  });

  it('documents the public doors', () => {
    expect(modules.map(({ name }) => name).toSorted()).toEqual(Object.keys(doors).toSorted());
    for (const { name, comment } of modules) expect(textOf(comment), name).not.toBe('');
    expect(existsSync(join(folder, 'index.html'))).toBe(true);
  });

  // A type and a value of the same name are two entries.
  it.each(Object.entries(doors))('has a text for every export of %s', (door, file) => {
    const entries = modules.find(({ name }) => name === door)?.children ?? [];
    const everywhere = new Map(modules.flatMap(({ children = [] }) => children.map((entry) => [entry.id, entry])));
    const names = new Set(entries.map(({ name }) => name));
    expect([...names].toSorted()).toEqual(exportedBy(file).toSorted());
    for (const entry of entries) {
      const { comment, signatures = [] } = everywhere.get(entry.target ?? entry.id) ?? entry;
      const texts = [comment, ...signatures.map((signature) => signature.comment)].map(textOf);
      expect(texts.join(''), entry.name).not.toBe('');
    }
  });
});

function textOf(comment: Comment | undefined): string {
  return (comment?.summary ?? []).map(({ text }) => text).join('');
}

/** Returns the names that a door exports, each of which may be a type, a value or both. */
function exportedBy(file: string): readonly string[] {
  const source = readFileSync(join(workspace, file), 'utf8');
  const lists = source.matchAll(/^export (?:type )?\{([^}]+)\}/gm);
  const names = Array.from(lists, ([, list = '']) => list.split(',').map((name) => name.trim()));
  return [...new Set(names.flat().filter((name) => name !== ''))];
}
