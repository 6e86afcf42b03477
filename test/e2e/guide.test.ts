import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { testDatabase } from '../helper/database.ts';
import { runKernel } from '../helper/kernel-process.ts';

const workspace = join(import.meta.dirname, '../..');
const page = join(workspace, 'docs/guide/first-plugin.md');
const tarball = 'headwater-plugin-bookmarks-1.0.0.tgz';

/** What a command printed, and how it ended. */
interface Done {
  readonly code: number | null;
  readonly output: string;
}

/** A fenced block of the page. */
interface Block {
  readonly language: string;
  readonly text: string;
}

const fence = /^```(\w+)\n([\s\S]*?)\n```$/gm;

function blocksOf(text: string): readonly Block[] {
  return Array.from(text.matchAll(fence), ([, language = '', body = '']) => ({ language, text: body }));
}

/** The command lines of a session. */
function commandsOf(session: string): readonly string[] {
  return Array.from(session.matchAll(/^\$ (.+)$/gm), ([, command = '']) => command);
}

/** Times are not the same twice. */
function steady(session: string): string {
  return session
    .replaceAll(/\b\d+(\.\d+)? ?(ms|s)\b/g, '0 ms')
    .replaceAll(/\b\d{4}-\d\d-\d\dT[\d:.]+Z\b/g, 'now')
    .replaceAll(/duration_ms \d+/g, 'duration_ms 0')
    .replaceAll(/ +/g, ' ');
}

/**
 * The page is followed from its top to its end in an application of its own, on the kernel as npm would install it: a
 * block that names a file is written, a session is run and compared. `UPDATE_GUIDE=1` writes what the sessions print.
 */
describe('the guide to a first plugin', () => {
  const text = readFileSync(page, 'utf8');
  let cwd: string;

  /** As a shell of the reader's would run it, whose PATH leads `npx` to the application's own commands. */
  const run = async (command: string, env: Readonly<Record<string, string>> = {}): Promise<Done> => {
    const [name = '', ...args] = command.replace(/^npx /, '').split(' ');
    const path = [join(cwd, 'node_modules/.bin'), dirname(process.execPath), process.env['PATH']].join(delimiter);
    // One file for both streams, as a terminal would show them: from two pipes their order is anybody's guess.
    const file = `${cwd}.output`;
    const output = openSync(file, 'w');
    try {
      const child = spawn(name, args, {
        cwd,
        // No settings of whoever runs the tests: npm warns of some.
        env: { PATH: path, HOME: cwd, NO_COLOR: '1', npm_config_update_notifier: 'false', ...env },
        stdio: ['ignore', output, output],
      });
      const [code] = (await once(child, 'close')) as [number | null];
      return { code, output: readFileSync(file, 'utf8') };
    } finally {
      closeSync(output);
    }
  };

  const write = (path: string, content: string): void => {
    mkdirSync(dirname(join(cwd, path)), { recursive: true });
    writeFileSync(join(cwd, path), content);
  };

  /** The packed kernel, and links to what it needs: what `npm install` would fetch, without a network. */
  const install = async (): Promise<void> => {
    const modules = join(cwd, 'node_modules');
    const core = join(modules, '@headwater/core');
    mkdirSync(core, { recursive: true });
    mkdirSync(join(modules, '.bin'));
    const packed = await run(
      `npm pack --silent --ignore-scripts --pack-destination ${core} ${join(workspace, 'core')}`,
    );
    expect(packed, packed.output).toMatchObject({ code: 0 });
    const file = join(core, packed.output.trim());
    expect(await run(`tar -xf ${file} -C ${core} --strip-components=1`)).toMatchObject({ code: 0 });
    rmSync(file);
    for (const name of readdirSync(join(workspace, 'node_modules'))) {
      if (name.startsWith('.') || name === '@headwater') continue;
      symlinkSync(join(workspace, 'node_modules', name), join(modules, name));
    }
    symlinkSync('../plugins/bookmarks', join(modules, 'headwater-plugin-bookmarks'));
    symlinkSync('../@headwater/core/bin/kernel.js', join(modules, '.bin/kernel'));
    symlinkSync(realpathSync(join(workspace, 'node_modules/.bin/tsc')), join(modules, '.bin/tsc'));
  };

  /** What a session prints when it is run here. */
  const happened = async (session: string): Promise<string> => {
    const exchanges: string[] = [];
    for (const command of commandsOf(session)) {
      const { code, output } = await run(command);
      // A reader meets a refusal only where the page means to show one.
      if (code !== 0) expect(output, command).toMatch(/^error [A-Z_]+: /);
      const shown = output
        .replaceAll(cwd, '…')
        .replaceAll(/(\d+)\.\d+ms\b/g, '$1ms')
        .replaceAll(/(duration_ms \d+)\.\d+/g, '$1')
        .replaceAll(/[ \t]+$/gm, '')
        .trim();
      exchanges.push([`$ ${command}`, ...(shown === '' ? [] : [shown])].join('\n'));
    }
    return exchanges.join('\n\n');
  };

  beforeAll(() => {
    cwd = join(realpathSync(inject('scratch')), 'guide');
    mkdirSync(cwd);
  });

  it('works from its first block to its last, and prints what it says', async () => {
    const told: string[] = [];
    const found: string[] = [];
    for (const { language, text: block } of blocksOf(text)) {
      const [, path = '', rest = ''] = /^\/\/ (\S+)\n([\s\S]*)$/.exec(block) ?? [];
      if (language === 'ts') write(path, `${block}\n`);
      else if (language === 'jsonc') write(path, `${rest}\n`);
      else if (block === 'npm install') await install();
      else {
        expect(language, block).toBe('console');
        told.push(block);
        found.push(await happened(block));
      }
      if (language === 'ts' || language === 'jsonc') expect(path, block).not.toBe('');
    }
    expect(told.length).toBeGreaterThan(3);
    if (process.env['UPDATE_GUIDE'] === '1') {
      const sessions = found.values();
      const replaced = text.replaceAll(fence, (block, language: string) =>
        language === 'console' ? `\`\`\`console\n${sessions.next().value ?? ''}\n\`\`\`` : block,
      );
      writeFileSync(page, replaced);
    } else {
      expect(found.map(steady)).toEqual(told.map(steady));
    }
  }, 90_000);

  it('holds to the compiler settings of this repository', async () => {
    const options = { noEmit: true, customConditions: [] };
    const extend = join(workspace, 'tsconfig.base.json');
    write('tsconfig.json', JSON.stringify({ extends: extend, compilerOptions: options, include: ['plugins'] }));
    expect(await run('tsc -p tsconfig.json')).toEqual({ code: 0, output: '' });
  });

  it('has a test that passes on a real PostgreSQL too', async () => {
    const env = { HEADWATER_TEST_DATABASE: testDatabase('postgres') };
    const done = await run('node --test plugins/bookmarks/test/bookmarks.test.ts', env);
    expect(done, done.output).toMatchObject({ code: 0 });
  });

  it('packs a plugin that goes on, once installed, where its sources were', async () => {
    const installed = join(cwd, 'node_modules/headwater-plugin-bookmarks');
    rmSync(installed);
    mkdirSync(installed);
    expect(await run(`tar -xf ${tarball} -C ${installed} --strip-components=1`)).toMatchObject({ code: 0 });
    expect(existsSync(join(installed, 'src'))).toBe(false);
    expect(await run('kernel plugin:enable bookmarks')).toMatchObject({ code: 0 });
    const done = await runKernel(['start', '--once', '--json'], { cwd, bin: join(cwd, 'node_modules/.bin/kernel') });
    expect(done, done.stderr).toMatchObject({ code: 0 });
    expect(done.json()).toMatchObject({ applied: [] });
  });

  it('links only to pages that exist', () => {
    const links = Array.from(text.matchAll(/\]\((?!https?:)([^)#]+)\)/g), ([, link]) => link ?? '');
    expect(links.length).toBeGreaterThan(2);
    for (const link of links) expect(existsSync(join(dirname(page), link)), link).toBe(true);
  });
});
