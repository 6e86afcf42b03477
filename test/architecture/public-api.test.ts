import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const core = join(import.meta.dirname, '../../core');

/** The public doors, with the folders of their declarations. */
const doors = [
  { door: '@headwater/kernel', file: 'index', dist: join(core, 'kernel/dist') },
  { door: '@headwater/kernel/plugin', file: 'plugin', dist: join(core, 'kernel/dist') },
  { door: '@headwater/kernel/cli', file: 'cli', dist: join(core, 'kernel/dist') },
  { door: '@headwater/dev/testing', file: 'testing', dist: join(core, 'dev/dist') },
];

/** Returns the declarations that a door exports, by file and without comments. */
function declarationsOf(dist: string, file: string): string {
  const entry = join(dist, `${file}.d.ts`);
  if (!existsSync(entry)) throw new Error(`${entry} does not exist; build the packages first: npm run build`);
  const text = readFileSync(entry, 'utf8');
  const exportedFrom = new Map<string, string[]>();
  for (const [, list = '', from = ''] of text.matchAll(/^export (?:type )?\{([^}]+)\} from '(\.[^']+)'/gm)) {
    const path = join(dirname(entry), from.replace(/\.(ts|js)$/, '.d.ts'));
    exportedFrom.set(path, [...(exportedFrom.get(path) ?? []), ...list.split(',').map((name) => name.trim())]);
  }
  const own = ownDeclarations(entry, null);
  const parts = Array.from(exportedFrom, ([path, names]) => ownDeclarations(path, new Set(names)));
  return [own, ...parts].filter((part) => part !== '').join('\n');
}

/** Returns the declarations of a file, or those with the given names. */
function ownDeclarations(path: string, names: ReadonlySet<string> | null): string {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const statements = source.statements.filter((statement) => {
    if (ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement)) return false;
    const declared = ts.isVariableStatement(statement)
      ? statement.declarationList.declarations.map(({ name }) => name.getText())
      : [(statement as ts.DeclarationStatement).name?.getText() ?? ''];
    return names === null || declared.some((name) => names.has(name));
  });
  return statements.map((statement) => withoutComments(statement.getText())).join('\n');
}

function withoutComments(text: string): string {
  return text
    .replaceAll(/\/\*\*[\s\S]*?\*\//g, '')
    .replaceAll(/^\s*\/\/.*$/gm, '')
    .replaceAll(/\n\s*\n+/g, '\n')
    .trim();
}

/** Returns the content of a golden file. With `UPDATE_GOLDEN=1` it writes `text` to the file first. */
function golden(name: string, text: string): string {
  const file = join(import.meta.dirname, `golden/${name}.txt`);
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, text);
  return readFileSync(file, 'utf8');
}

describe('the public API', () => {
  it.each(doors)('of $door matches its golden file', ({ file, dist }) => {
    const declarations = `${declarationsOf(dist, file)}\n`;
    expect(declarations).toBe(golden(file, declarations));
  });
});

describe('the internal doors', () => {
  // Only names: @headwater/dev pins the kernel to an exact version, so their declarations may change in any release.
  it('export only the names in the golden file', () => {
    const folder = join(core, 'kernel/src/internal');
    const files = globSync('*.ts', { cwd: folder }).toSorted();
    expect(files.length).toBeGreaterThan(5);
    const lines = files.map((file) => {
      const source = readFileSync(join(folder, file), 'utf8');
      const names = Array.from(source.matchAll(/^export (?:type )?\{([^}]+)\}/gm), ([, list = '']) => list.split(','));
      const sorted = names
        .flat()
        .flatMap((name) => (name.trim() === '' ? [] : [name.trim()]))
        .toSorted();
      expect(sorted.length, file).toBeLessThan(60);
      return `${file.replace(/\.ts$/, '')}: ${sorted.join(', ')}\n`;
    });
    expect(lines.join('')).toBe(golden('internal', lines.join('')));
  });
});
