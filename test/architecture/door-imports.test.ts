import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** Returns the npm packages that a process loads when it imports `specifier` from this workspace. */
function packagesLoadedBy(specifier: string): readonly string[] {
  const code = `
    import { registerHooks } from 'node:module';
    const seen = new Set();
    registerHooks({ load(url, context, next) {
      const name = /\\/node_modules\\/((?:@[^/]+\\/)?[^/]+)\\//.exec(url)?.[1];
      if (name) seen.add(name);
      return next(url, context);
    } });
    await import(${JSON.stringify(specifier)});
    console.log(JSON.stringify([...seen].sort()));`;
  const out = execFileSync(process.execPath, ['--conditions=headwater-source', '--input-type=module', '-e', code], {
    cwd: root,
    encoding: 'utf8',
  });
  return JSON.parse(out) as string[];
}

it('importing @headwater/kernel/plugin loads no npm packages', () => {
  expect(packagesLoadedBy('@headwater/kernel/plugin')).toEqual([]);
});

it('importing @headwater/kernel loads no npm packages', () => {
  expect(packagesLoadedBy('@headwater/kernel')).toEqual([]);
});
