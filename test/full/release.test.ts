import { execFile } from 'node:child_process';
import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { publishedFolders, stageRelease } from '../helper/pack.ts';
import { hasRegistry, skipReason } from '../helper/registry.ts';

const execute = promisify(execFile);

interface PackageFile {
  readonly name: string;
  readonly version: string;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** What is published is tested in registry.test.ts. */
describe.skipIf(!hasRegistry)(`a release of the packages${skipReason}`, () => {
  let workspace: string;
  const read = (path: string): string => readFileSync(join(workspace, path), 'utf8');
  const packageFiles = (): readonly PackageFile[] =>
    publishedFolders.map((folder) => JSON.parse(read(`${folder}/package.json`)) as PackageFile);
  const release = (...words: readonly string[]): Promise<{ readonly stdout: string }> =>
    execute(process.execPath, [join(workspace, '.ci/release.ts'), ...words]);
  const git = (...args: readonly string[]): Promise<unknown> =>
    execute('git', ['-c', 'user.name=t', '-c', 'user.email=t@localhost', ...args], { cwd: workspace });

  /** Adds a changeset, and commits it, since the changelogs name the commit. */
  async function change(bump: string, text: string): Promise<void> {
    const path = '.changeset/brave-cats-sing.md';
    writeFileSync(join(workspace, path), `---\n'@headwater/kernel': ${bump}\n---\n\n${text}\n`);
    await git('add', path);
    await git('commit', '--quiet', '--message', text);
  }

  beforeAll(async () => {
    workspace = stageRelease(join(realpathSync(inject('scratch')), 'release'));
    await git('init', '--quiet');
  });

  it('is refused while a changeset is in no changelog', async () => {
    await change('minor', 'Apply revisions faster.');
    await expect(release()).rejects.toThrow(
      '.changeset/brave-cats-sing.md is not in a changelog yet. First: npm run release -- prepare',
    );
  });

  it('gives all packages the next version, and keeps the ranges of peers that allow it', async () => {
    await release('prepare');
    expect(existsSync(join(workspace, '.changeset/brave-cats-sing.md'))).toBe(false);
    expect(packageFiles().map(({ version }) => version)).toEqual(publishedFolders.map(() => '1.1.0'));
    const ranges = packageFiles().map(({ name, peerDependencies = {} }) => [
      name,
      peerDependencies['@headwater/kernel'],
    ]);
    expect(Object.fromEntries(ranges)).toMatchObject({
      '@headwater/dev': '1.1.0',
      '@headwater/plugin-core': '^1.0.0',
      '@headwater/plugin-studio': '^1.0.0',
    });
    expect(read('core/kernel/CHANGELOG.md')).toMatch(
      /^# @headwater\/kernel\n\n## 1\.1\.0\n\n### Minor Changes\n\n- [0-9a-f]+: Apply revisions faster\.\n$/,
    );
    expect(read('plugins/likes/CHANGELOG.md')).toContain('\n## 1.1.0\n');
    const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, PackageFile> };
    expect(packages['core/kernel']?.version).toBe('1.1.0');
    expect(packages['core/dev']?.peerDependencies?.['@headwater/kernel']).toBe('1.1.0');
  });

  it('moves the ranges of peers with a major version', async () => {
    await change('major', 'Drop the old ledger.');
    await release('prepare');
    const ranges = packageFiles().flatMap(({ name, version, peerDependencies = {} }) =>
      Object.entries(peerDependencies).flatMap(([peer, range]) =>
        peer.startsWith('@headwater/') ? [`${name} ${version} ${range}`] : [`${name} ${version}`],
      ),
    );
    expect(ranges.length).toBeGreaterThan(publishedFolders.length);
    for (const line of ranges) expect(line).toMatch(/ 2\.0\.0(?: \^?2\.0\.0)?$/);
    expect(read('core/kernel/CHANGELOG.md')).toMatch(/## 2\.0\.0\n[^]*Drop the old ledger\.\n[^]*## 1\.1\.0\n/);
  });
});
