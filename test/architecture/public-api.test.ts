import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const dist = join(import.meta.dirname, '../../core/kernel/dist');
const doors = ['index', 'plugin', 'testing'].filter((door) =>
  existsSync(join(import.meta.dirname, `../../core/kernel/src/${door}.ts`)),
);

/** The declarations behind a door as one text, comments left out: what it names, and the files that those come from. */
function declarationsOf(door: string): string {
  const entry = join(dist, `${door}.d.ts`);
  const named = Array.from(readFileSync(entry, 'utf8').matchAll(/from '(\.[^']+)'/g), ([, from = '']) =>
    join(dirname(entry), from.replace(/\.(ts|js)$/, '.d.ts')),
  );
  return [...new Set([entry, ...named])]
    .map((file) => `// ${relative(dist, file)}\n${withoutComments(readFileSync(file, 'utf8'))}`)
    .join('\n');
}

function withoutComments(text: string): string {
  return text
    .replaceAll(/\/\*\*[\s\S]*?\*\//g, '')
    .replaceAll(/^\s*\/\/.*$/gm, '')
    .replaceAll(/\n\s*\n+/g, '\n')
    .trim();
}

describe('what is public', () => {
  it.each(doors)('behind the door "%s" changes only on purpose', (door) => {
    const golden = join(import.meta.dirname, `golden/${door}.txt`);
    const now = `${declarationsOf(door)}\n`;
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(golden, now);
    expect(now).toBe(readFileSync(golden, 'utf8'));
  });
});
