import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { expect } from 'vitest';

const workspace = join(import.meta.dirname, '../..');

/** What a command printed, and how it ended. */
export interface Done {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a command line as a reader's shell would, whose PATH leads `npx` to the application's own commands. */
export type Run = (command: string, env?: Readonly<Record<string, string>>) => Promise<Done>;

/** A reader's shell in the application's folder `cwd`. */
export function shellIn(cwd: string): Run {
  return async (command, env = {}) => {
    const [name = '', ...args] = command.replace(/^npx /, '').split(' ');
    const path = [join(cwd, 'node_modules/.bin'), dirname(process.execPath), process.env['PATH']].join(delimiter);
    // One file for both streams, as a terminal would show them: from two pipes their order is anybody's guess.
    const file = `${cwd}.output`;
    const { NODE_COMPILE_CACHE = '' } = process.env;
    const output = openSync(file, 'w');
    try {
      const child = spawn(name, args, {
        cwd,
        // No settings of whoever runs the tests: npm warns of some.
        env: { PATH: path, HOME: cwd, NO_COLOR: '1', npm_config_update_notifier: 'false', NODE_COMPILE_CACHE, ...env },
        stdio: ['ignore', output, output],
      });
      const [code] = (await once(child, 'close')) as [number | null];
      return { code, output: readFileSync(file, 'utf8') };
    } finally {
      closeSync(output);
    }
  };
}

/** Links to what is installed in this workspace, in the application's own `node_modules`. */
export function linkInstalled(cwd: string): void {
  const modules = join(cwd, 'node_modules');
  mkdirSync(modules, { recursive: true });
  for (const name of readdirSync(join(workspace, 'node_modules'))) {
    if (name.startsWith('.') || name === '@headwater') continue;
    symlinkSync(join(workspace, 'node_modules', name), join(modules, name));
  }
}

/** How a page is followed. */
export interface PageOptions {
  /** Path of the page. */
  readonly page: string;
  /** The application's folder. */
  readonly cwd: string;
  readonly run: Run;
  /** What stands for `npm install`, which would need a network. */
  readonly install: () => Promise<void>;
  /** Other blocks, like a transcript of somebody else's tool. */
  readonly quotes?: readonly string[];
}

const fence = /^```(\w+)\n([\s\S]*?)\n```$/gm;

/** The sessions of a page, less what is not the same twice. */
export interface Followed {
  /** What the page says. */
  readonly told: readonly string[];
  /** What happened. */
  readonly found: readonly string[];
}

/**
 * Follows a page from its top to its end: a `ts` or `jsonc` block that names a file is written, a `console` session is
 * run. `UPDATE_GUIDE=1` writes what the sessions print.
 */
export async function followPage({ page, cwd, run, install, quotes = [] }: PageOptions): Promise<Followed> {
  const text = readFileSync(page, 'utf8');
  const told: string[] = [];
  const found: string[] = [];
  for (const [, language = '', block = ''] of text.matchAll(fence)) {
    if (quotes.includes(language)) continue;
    const [, path = '', rest = ''] = /^\/\/ (\S+)\n([\s\S]*)$/.exec(block) ?? [];
    if (language === 'ts') write(cwd, path, `${block}\n`);
    else if (language === 'jsonc') write(cwd, path, `${rest}\n`);
    else if (block === 'npm install') await install();
    else {
      expect(language, block).toBe('console');
      told.push(block);
      found.push(await happened(block, cwd, run));
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
    told.splice(0, told.length, ...found);
  }
  return { told: told.map(steady), found: found.map(steady) };
}

function write(cwd: string, path: string, content: string): void {
  mkdirSync(dirname(join(cwd, path)), { recursive: true });
  writeFileSync(join(cwd, path), content);
}

/** What a session prints when it is run here. */
async function happened(session: string, cwd: string, run: Run): Promise<string> {
  const exchanges: string[] = [];
  for (const [, command = ''] of session.matchAll(/^\$ (.+)$/gm)) {
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
}

/** Times are not the same twice. */
function steady(session: string): string {
  return session
    .replaceAll(/\b\d+(\.\d+)? ?(ms|s)\b/g, '0 ms')
    .replaceAll(/\b\d{4}-\d\d-\d\dT[\d:.]+Z\b/g, 'now')
    .replaceAll(/duration_ms \d+/g, 'duration_ms 0')
    .replaceAll(/ +/g, ' ');
}
