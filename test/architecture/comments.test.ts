import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

describe('comments', () => {
  it('begin with "What" in less than 1 % of their lines', () => {
    const files = globSync('**/*.{ts,js,mjs}', {
      cwd: root,
      exclude: (name) => /^(?:node_modules|dist|\..*)$/.test(name),
    });
    const lines = files.flatMap((file) =>
      readFileSync(join(root, file), 'utf8')
        .split('\n')
        .filter((line) => /^\s*(?:\/\/|\*|\/\*\*?) /.test(line)),
    );
    expect(lines.length).toBeGreaterThan(1000);
    const share = lines.filter((line) => /^\s*(?:\/\/|\*|\/\*\*?) *What\b/.test(line)).length / lines.length;
    expect(share).toBeLessThan(0.01);
  });
});

/** The public doors: everything that a host, a plugin author or a test imports. */
const doors = [
  'core/kernel/src/index.ts',
  'core/kernel/src/plugin.ts',
  'core/kernel/src/cli.ts',
  'core/dev/src/testing.ts',
  'plugins/accounts/src/index.ts',
  'plugins/core/src/index.ts',
  'plugins/http/src/index.ts',
  'plugins/site/src/index.ts',
];

describe('the public doors', () => {
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ESNext,
    allowImportingTsExtensions: true,
    noEmit: true,
    customConditions: ['headwater-source'],
    types: [],
    skipLibCheck: true,
  };
  // All doors share one program, because most of its time goes into the declarations of MikroORM.
  const program = ts.createProgram(
    doors.map((door) => join(root, door)),
    options,
  );
  const checker = program.getTypeChecker();
  const resolved = (symbol: ts.Symbol): ts.Symbol =>
    (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol);

  it.each(doors)('document every export: %s', (door) => {
    const source = program.getSourceFile(join(root, door));
    const module = source === undefined ? undefined : checker.getSymbolAtLocation(source);
    const exported = module === undefined ? [] : checker.getExportsOfModule(module).map(resolved);
    expect(exported.length).toBeGreaterThan(0);
    const undocumented = exported.filter((symbol) => symbol.getDocumentationComment(checker).length === 0);
    expect(undocumented.map((symbol) => symbol.name)).toEqual([]);
  });
});
