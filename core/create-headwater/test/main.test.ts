import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { main } from '../src/main.ts';

let cwd: string;
beforeEach(() => {
  cwd = join(realpathSync(inject('scratch')), `create-${randomBytes(6).toString('hex')}`);
  mkdirSync(cwd);
});

/** Runs the command without a terminal, as npm does. */
function create(...words: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  return createWith('npm/11.19.1 node/v24.21.0 linux x64', ...words);
}

async function createWith(
  userAgent: string | undefined,
  ...words: readonly string[]
): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const code = await main(words, {
    cwd,
    isTerminal: false,
    userAgent,
    out: (text) => void (out += text),
    err: (text) => void (err += text),
  });
  return { code, out, err };
}

describe('create-headwater without a terminal', () => {
  it.each([
    ['names no folder', [], 'the folder to create is missing'],
    ['names two folders', ['a', 'b'], 'only one folder can be created, not also b'],
    ['wants both kinds', ['a', '--app', '--plugin'], '--app and --plugin exclude each other'],
    ['has an unknown option', ['a', '--yes'], "Unknown option '--yes'"],
    ['names an application as npm does not allow', ['My App'], '"My App" cannot be the name of an application'],
    [
      'names a plugin as no branch is named',
      ['a', '--name', 'My Plugin'],
      '"My Plugin" cannot be the name of a plugin',
    ],
    [
      'wants another package manager',
      ['a', '--package-manager', 'yarn'],
      'the package manager "yarn" is neither npm nor pnpm',
    ],
    ['names a plugin that every application has', ['a', '--name', 'site'], '"site" cannot be the name of a plugin'],
    ['makes a plugin of a folder whose name is none', ['A_B', '--plugin'], '"A_B" cannot be the name of a plugin'],
  ])('refuses a command line that %s, and writes nothing', async (_, words, message) => {
    const { code, out, err } = await create(...words);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(`error: ${message}`);
    expect(err).toMatch(/^fix: npm create headwater .+\nNothing was written\.$/m);
    for (const word of ['a', 'b', 'My App', 'A_B']) expect(existsSync(join(cwd, word))).toBe(false);
  });

  it('never writes into a folder that has files, except those of git', async () => {
    mkdirSync(join(cwd, 'full/.git'), { recursive: true });
    expect((await create('full')).code).toBe(0);
    const before = readFileSync(join(cwd, 'full/package.json'), 'utf8');
    writeFileSync(join(cwd, 'full/package.json'), `${before}\n`);
    const again = await create('full');
    expect(again.code).toBe(2);
    expect(again.err).toMatch(/it has files already: .+\n\nfix: Name a new folder\.\nNothing was written\./);
    expect(readFileSync(join(cwd, 'full/package.json'), 'utf8')).toBe(`${before}\n`);
  });

  it('reports a folder that cannot be made', async () => {
    writeFileSync(join(cwd, 'file'), '');
    const { code, err } = await create('file/app');
    expect(code).toBe(1);
    expect(err).toMatch(/file\/app cannot be written: ENOTDIR/);
  });

  it('names the plugin after the folder', async () => {
    const { out } = await create('headwater-plugin-tags', '--plugin', '--json');
    expect(JSON.parse(out)).toMatchObject({
      kind: 'plugin',
      folder: join(cwd, 'headwater-plugin-tags'),
      plugin: 'tags',
      next: [
        'cd headwater-plugin-tags',
        'git init',
        'npm install',
        'npm test',
        'npx kernel start',
        'npx kernel migrate:create tags',
      ],
    });
    const config = JSON.parse(readFileSync(join(cwd, 'headwater-plugin-tags/config/config.json'), 'utf8')) as object;
    expect(config).toMatchObject({ plugins: { tags: { $package: '.' } } });
  });

  it.each<[why: string, userAgent: string | undefined, words: readonly string[], manager: 'npm' | 'pnpm']>([
    ['npm runs it', 'npm/11.19.1 node/v24.21.0 linux x64', [], 'npm'],
    ['pnpm runs it', 'pnpm/12.21.0 npm/? node/v26.10.0 linux x64', [], 'pnpm'],
    ['an option says so', 'npm/11.19.1 node/v24.21.0 linux x64', ['--package-manager', 'pnpm'], 'pnpm'],
    ['an option says so', 'pnpm/12.21.0 npm/? node/v26.10.0 linux x64', ['--package-manager', 'npm'], 'npm'],
    ['nothing is known', undefined, [], 'npm'],
  ])('writes the commands for a package manager because %s', async (_, userAgent, words, manager) => {
    const { out } = await createWith(userAgent, 'shop', '--json', ...words);
    expect(JSON.parse(out)).toMatchObject({
      next: ['cd shop', 'git init', `${manager} install`, `${manager} test`, `${manager} start`],
    });
    expect(existsSync(join(cwd, 'shop/pnpm-workspace.yaml'))).toBe(manager === 'pnpm');
    expect(readFileSync(join(cwd, 'shop/README.md'), 'utf8')).toContain(`\n${manager} install\n`);
  });

  it('gives an application the plugin notes, and lists the next commands', async () => {
    const { out } = await create('shop');
    expect(out).toMatch(/^Created the application in .+\/shop: \d+ files\.\n\nNext:\n {2}cd shop\n {2}git init\n/);
    expect(existsSync(join(cwd, 'shop/plugins/notes/src/migrations/0001_create_note.ts'))).toBe(true);
    expect((await create('.', '--json', '--help')).out).toContain('Usage: npm create headwater');
  });
});
