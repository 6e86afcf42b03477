import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { moduleLookup } from '../../src/runtime/module-lookup.ts';
import { makeFolder, writeFiles } from '../config/folder.ts';
import { kernelFolder } from '../plugin/project.ts';

/** The report of a child process that has loaded MikroORM with its drivers, and zod. */
interface Report {
  /** Every module with its format, in the order in which they were loaded. */
  readonly loaded: readonly string[];
  /** The number of times that Node itself resolved a name or a path. */
  readonly lookups: number;
}

function report(quick: boolean): Report {
  const [tricks, lookup] = ['tricks', 'module-lookup'].map((name) =>
    JSON.stringify(pathToFileURL(join(kernelFolder, `src/runtime/${name}.ts`)).href),
  );
  const program = `
import { registerHooks } from 'node:module';
const loaded = [];
let lookups = 0;
registerHooks({
  resolve(specifier, context, next) { lookups += 1; return next(specifier, context); },
  load(url, context, next) { loaded.push([url, context.format].join(' ')); return next(url, context); },
});
const { enableRuntimeTricks } = await import(${tricks});
const { speedUpModuleLookup } = await import(${lookup});
loaded.length = lookups = 0;
if (${quick}) enableRuntimeTricks();
speedUpModuleLookup();
for (const name of ['@mikro-orm/postgresql', '@mikro-orm/pglite', 'zod']) await import(name);
console.log(JSON.stringify({ loaded, lookups }));`;
  const args = ['--input-type=module', '--eval', program];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8', cwd: kernelFolder })) as Report;
}

describe('module lookup in large packages', () => {
  it('loads the same modules as Node in the same order, leaving less than a tenth of the lookups to Node', () => {
    const [stock, quick] = [report(false), report(true)];
    expect(quick.loaded).toEqual(stock.loaded);
    expect(stock.loaded.length).toBeGreaterThan(300);
    expect(quick.lookups).toBeLessThan(stock.lookups / 10);
  });

  it('leaves everything but plain relative modules to Node', () => {
    const root = makeFolder();
    const zod = join(root, 'node_modules/zod');
    writeFiles(root, {
      'node_modules/zod/package.json': { type: 'module' },
      'node_modules/zod/index.js': '',
      'node_modules/zod/folder/index.js': '',
      'node_modules/zod/data.json': '{}',
      'node_modules/zod/common/package.json': { type: 'commonjs' },
      'node_modules/zod/common/index.js': '',
      'node_modules/zod/inner/package.json': {},
      'node_modules/zod/inner/index.js': '',
      'node_modules/other/package.json': { type: 'module' },
      'node_modules/other/index.js': '',
    });
    symlinkSync('zod', join(root, 'node_modules/linked'), 'junction');
    const folder = `${pathToFileURL(zod).href}/`;
    const found = (specifier: string, parent = 'index.js'): string | null =>
      moduleLookup()(folder, `${folder}${parent}`, specifier)?.slice(folder.length) ?? null;

    expect(found('./folder/index.js')).toBe('folder/index.js');
    expect(found('../index.js', 'folder/index.js')).toBe('index.js');
    for (const specifier of [
      './missing.js',
      './folder',
      './data.json',
      './common/index.js',
      './inner/index.js',
      '../other/index.js',
      '../linked/index.js',
      './index.js?again',
      './%69ndex.js',
      'other',
      'node:fs',
    ]) {
      expect(found(specifier), specifier).toBeNull();
    }
  });
});
