import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { inject } from 'vitest';

/** The two kinds of decorators that MikroORM offers, by the export of `@mikro-orm/decorators`. */
export const decoratorKinds = ['legacy', 'es'] as const;

/** One of {@link decoratorKinds}. */
export type DecoratorKind = (typeof decoratorKinds)[number];

/**
 * Compiles TypeScript with decorators to a module, as an author's build does. Legacy decorators emit the types of
 * properties. In `source`, `%decorators` stands for the module that exports the decorators.
 */
export function compileDecorators(source: string, kind: DecoratorKind): string {
  const { outputText } = ts.transpileModule(source.replaceAll('%decorators', `@mikro-orm/decorators/${kind}`), {
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      experimentalDecorators: kind === 'legacy',
      emitDecoratorMetadata: kind === 'legacy',
    },
  });
  return outputText;
}

/**
 * Compiles a module with {@link compileDecorators} and imports it. `Name` are the names of its exports. The folder is
 * removed after the test run.
 */
export async function importDecorated<Name extends string>(
  source: string,
  kind: DecoratorKind,
): Promise<Readonly<Record<Name, never>>> {
  const folder = join(inject('memory'), `decorated-${randomBytes(6).toString('hex')}`);
  mkdirSync(folder, { recursive: true });
  symlinkSync(join(import.meta.dirname, '../../node_modules'), join(folder, 'node_modules'), 'junction');
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  const file = join(folder, 'entities.js');
  writeFileSync(file, compileDecorators(source, kind));
  const module: unknown = await import(/* @vite-ignore */ pathToFileURL(file).href);
  // The tests know what their own sources export.
  return module as Readonly<Record<Name, never>>;
}
