import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { publishedFolders, type Tarball } from '../helper/pack.ts';
import { installTarballs, packPackages, readPackageJson, type Site } from '../helper/packed-packages.ts';

const workspace = join(import.meta.dirname, '../..');

describe('a tarball', () => {
  let tarballs: readonly Tarball[];
  let site: Site;
  const folderOf = (name: string): string => join(site.cwd, 'node_modules', name);

  beforeAll(async () => {
    tarballs = await packPackages();
    site = await installTarballs(tarballs, join(inject('scratch'), 'packed-content'));
  }, 60_000);

  it('exists for every published package', () => {
    const names = publishedFolders.map((folder) => readPackageJson(join(workspace, folder)).name);
    expect(tarballs.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
  });

  it('contains a README, the license and the build, but no sources', () => {
    const license = readFileSync(join(workspace, 'LICENSE'), 'utf8');
    for (const { name } of tarballs) {
      const folder = folderOf(name);
      expect(readFileSync(join(folder, 'LICENSE'), 'utf8'), name).toBe(license);
      expect(readFileSync(join(folder, 'README.md'), 'utf8'), name).toContain(`# ${name}\n`);
      expect(existsSync(join(folder, 'src')), name).toBe(false);
      expect(existsSync(join(folder, 'package.json.orig')), name).toBe(false);
      expect(globSync('**/*.{tsbuildinfo,map}', { cwd: folder }), name).toEqual([]);
      expect(existsSync(join(folder, 'dist/headwater.json')), name).toBe(name.startsWith('@headwater/plugin-'));
    }
  });

  it('refers to no file that it does not contain', () => {
    for (const { name } of tarballs) {
      const folder = folderOf(name);
      const targets = JSON.stringify(readPackageJson(folder).exports).match(/"\.\/[^"]*\.[a-z]+"/g) ?? [];
      expect(targets.length, name).toBeGreaterThan(0);
      for (const target of targets) {
        expect(globSync(JSON.parse(target) as string, { cwd: folder }).length, target).toBeGreaterThan(0);
      }
    }
  });

  it.each(['node', 'development', 'production', 'headwater-source'])(
    'resolves and loads under the condition %s',
    (condition) => {
      const doors = tarballs.flatMap(({ name }) =>
        Object.keys(readPackageJson(folderOf(name)).exports).flatMap((door) =>
          door.endsWith('.json') ? [] : [`${name}${door.slice(1)}`],
        ),
      );
      const code = `for (const door of ${JSON.stringify(doors)}) await import(door);\nconsole.log('loaded');`;
      const out = execFileSync(process.execPath, ['-C', condition, '--input-type=module', '-e', code], {
        cwd: site.cwd,
        encoding: 'utf8',
      });
      expect(doors).toContain('@headwater/kernel/plugin');
      expect(out.trim()).toBe('loaded');
    },
  );

  it('of the kernel contains no module of @headwater/dev', () => {
    const declared = globSync('dist/**/*.d.ts', { cwd: folderOf('@headwater/kernel') });
    expect(declared.length).toBeGreaterThan(100);
    const sources = declared.map((file) => file.replace(/^dist/, 'src').replace(/\.d\.ts$/, '.ts'));
    expect(sources.filter((file) => !existsSync(join(workspace, 'core/kernel', file)))).toEqual([]);
    const code = globSync('{bin,dist}/**/*.js', { cwd: folderOf('@headwater/kernel') });
    const naming = code.filter((file) =>
      /from\s*["']@headwater\/dev|import\(\s*["']@headwater\/dev/.test(
        readFileSync(join(folderOf('@headwater/kernel'), file), 'utf8'),
      ),
    );
    expect(naming).toEqual([]);
  });
});
