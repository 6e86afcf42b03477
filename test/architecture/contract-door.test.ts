import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** The npm packages that a process loads when it imports `specifier` from this workspace. */
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

it('loads no npm package through the door that plugins use', () => {
  expect(packagesLoadedBy('@headwater/kernel/plugin')).toEqual([]);
});

it('loads no npm package through the host door before something is booted', () => {
  expect(packagesLoadedBy('@headwater/kernel')).toEqual([]);
});
