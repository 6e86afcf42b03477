import { globSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { parseAst } from 'rolldown/parseAst';
import { expect, inject, it } from 'vitest';
import { devCodes } from '../../core/dev/src/error/dev-codes.ts';
import { kernelCodes } from '../../core/kernel/src/error/codes/all.ts';
import { installedPackage } from '../helper/installed-packages.ts';
import { makeProject } from '../helper/project.ts';
import { refusalIn } from '../../core/kernel/test/cli/support.ts';

const workspace = join(import.meta.dirname, '../..');

const packages = ['kernel', 'dev'] as const;

/** Returns the JavaScript files of an installed package. */
function bundleOf(name: string): readonly string[] {
  const folder = join(installedPackage(inject('scratch'), name), 'dist');
  return globSync('**/*.js', { cwd: folder }).map((file) => readFileSync(join(folder, file), 'utf8'));
}

it.each(packages)('the bundle of @headwater/%s has every statement of the sources', (name) => {
  const sources = join(workspace, 'core', name, 'src');
  const left = countOf(bundleOf(name).flatMap(statementsIn));
  const missing = globSync('**/*.ts', { cwd: sources }).flatMap((file) => {
    const code = stripTypeScriptTypes(readFileSync(join(sources, file), 'utf8'));
    return statementsIn(code).flatMap((statement) => {
      const count = left.get(statement) ?? 0;
      left.set(statement, count - 1);
      return count > 0 ? [] : [`${file}: ${statement}`];
    });
  });
  expect(missing).toEqual([]);
});

it('the bundles throw every error code', () => {
  const code = packages.flatMap(bundleOf).join('\n');
  const thrown = Array.from(code.matchAll(/\b(?:kernel|dev)Error(?:\$\d+)?\("([A-Z_]+)"/g), ([, one = '']) => one);
  expect([...new Set(thrown)].toSorted()).toEqual(Object.keys({ ...kernelCodes, ...devCodes }).toSorted());
});

it.each(['postgres://u:%CAxyz@127.0.0.1:1/x', 'postgres://u:p@127.0.0.1:1/%zz', 'postgres://%:p@127.0.0.1:1/x'])(
  'run-51: the installed command checks that %s can be decoded',
  async (database) => {
    const project = await makeProject({ plugins: { core: {} }, database });
    for (const command of ['config:check', 'migrate:up']) {
      const refusal = refusalIn(await project.kernel(command, '--json'));
      expect(refusal, command).toMatchObject({ code: 'DATABASE_URL_INVALID', exitCode: 10 });
      expect(refusal.message).toContain('"%"');
      expect(refusal.message).not.toContain('xyz');
    }
  },
);

function countOf(items: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
}

/**
 * Returns the statements of a module that are made for an effect: calls, assignments, `throw`. They are written as syntax
 * trees without the parts that a bundler may change: names that would collide, `import()` of files, and abbreviations.
 */
function statementsIn(code: string): readonly string[] {
  const program = parseAst(code) as unknown as Node;
  const names = importedNames(program);
  const found: string[] = [];
  walk(program, (node) => {
    const isEffect = node.type === 'ThrowStatement' || (node.type === 'ExpressionStatement' && !('directive' in node));
    if (isEffect) found.push(JSON.stringify(shapeOf(node, names)));
  });
  return found;
}

/** A node of a syntax tree in the format of ESTree. */
interface Node {
  readonly type: string;
  readonly [field: string]: unknown;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

function walk(value: unknown, visit: (node: Node) => void): void {
  if (isNode(value)) visit(value);
  if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) walk(part, visit);
}

/**
 * Returns the exported names of things that the module imports from a package under another name: `setTimeout` for
 * `sleep`. Bundled modules share one import, so the local name may change.
 */
function importedNames(program: Node): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { type, source, specifiers } of nodesIn(program['body'])) {
    if (type !== 'ImportDeclaration' || !isNode(source) || String(source['value']).startsWith('.')) continue;
    for (const { imported, local } of nodesIn(specifiers)) {
      if (isNode(imported) && isNode(local)) names.set(String(local['name']), String(imported['name']));
    }
  }
  return names;
}

function nodesIn(list: unknown): readonly Node[] {
  return Array.isArray(list) ? list.filter(isNode) : [];
}

function shapeOf(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((part) => shapeOf(part, names));
  if (!isNode(value)) return value;
  const { type, name, callee, expression, ...fields } = value;
  if (type === 'Identifier') return (names.get(String(name)) ?? String(name)).replace(/\$\d+$/, '');
  if (type === 'ParenthesizedExpression') return shapeOf(expression, names);
  if (type === 'ImportExpression' || (type === 'CallExpression' && isImportOfChunk(callee))) return 'import()';
  if (type === 'TemplateElement') return value['value'];
  const kept = Object.entries({ name, callee, expression, ...fields }).filter(([field]) => !ignored.has(field));
  return [type, ...kept.map(([, part]) => shapeOf(part, names))];
}

const ignored: ReadonlySet<string> = new Set(['start', 'end', 'raw', 'shorthand']);

/** Whether it is `import('./chunk.js').then`: a bundler adds the call if it renames exports of a chunk. */
function isImportOfChunk(callee: unknown): boolean {
  return isNode(callee) && isNode(callee['object']) && callee['object'].type === 'ImportExpression';
}
