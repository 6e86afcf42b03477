import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  cpSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { expect, inject } from 'vitest';
import { installedPackage } from './installed-packages.ts';

const workspace = join(import.meta.dirname, '../..');

/** The output of a command, and its exit code. */
export interface Done {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a command line as a reader's shell would. Its PATH makes `npx` find the application's own commands. */
export type Run = (command: string, env?: Readonly<Record<string, string>>) => Promise<Done>;

/** Returns a reader's shell in the application's folder `cwd`. `variables` are set there, and `$NAME` expands to them. */
export function shellIn(cwd: string, variables: Readonly<Record<string, string>> = {}): Run {
  return async (command, env = {}) => {
    const words = command
      .split(' ')
      .map((word) => word.replaceAll(/\$([A-Z_]+)/g, (all, name: string) => variables[name] ?? all));
    const assigned: Record<string, string> = {};
    for (let first = words[0] ?? ''; /^[A-Z_]+=/.test(first); first = words[0] ?? '') {
      const at = first.indexOf('=');
      assigned[first.slice(0, at)] = first.slice(at + 1);
      words.shift();
    }
    const [name = '', ...args] = words[0] === 'npx' ? words.slice(1) : words;
    const path = [join(cwd, 'node_modules/.bin'), dirname(process.execPath), process.env['PATH']].join(delimiter);
    // One file for both streams, as a terminal would show them: two pipes would lose their order.
    const file = `${cwd}.output`;
    const { NODE_COMPILE_CACHE = '' } = process.env;
    const output = openSync(file, 'w');
    try {
      const child = spawn(name, args, {
        cwd,
        // Leaves out the npm settings of the person who runs the tests, since npm warns about some of them.
        env: {
          PATH: path,
          HOME: cwd,
          NO_COLOR: '1',
          npm_config_update_notifier: 'false',
          NODE_COMPILE_CACHE,
          ...variables,
          ...assigned,
          ...env,
        },
        stdio: ['ignore', output, output],
      });
      const [code] = (await once(child, 'close')) as [number | null];
      return { code, output: readFileSync(file, 'utf8') };
    } finally {
      closeSync(output);
    }
  };
}

/** The packages that `npm install` would install in an application, besides those of this workspace. */
export interface Installation {
  /** The application's own packages: the name in `node_modules`, and the folder in the application. Default: none. */
  readonly workspaces?: Readonly<Record<string, string>>;
  /** Whether our packages come with their types, which requires a build of this workspace. Default: false. */
  readonly typed?: boolean;
}

/** The folders of our packages in this workspace, and the parts of each that npm would pack from a build with types. */
const typedPackages = {
  kernel: ['core/kernel', ['bin', 'dist', 'package.json']],
  dev: ['core/dev', ['dist', 'package.json']],
  'plugin-core': ['plugins/core', ['dist', 'package.json']],
} as const;

/**
 * Replaces `npm install` in the application's folder `cwd`, without a network. Installs our packages as npm would, and
 * links to everything else that this workspace has installed.
 */
export function installIn(cwd: string, { workspaces = {}, typed = false }: Installation = {}): void {
  const modules = join(cwd, 'node_modules');
  mkdirSync(join(modules, '@headwater'), { recursive: true });
  mkdirSync(join(modules, '.bin'));
  for (const name of readdirSync(join(workspace, 'node_modules'))) {
    if (name.startsWith('.') || name === '@headwater') continue;
    symlinkSync(join(workspace, 'node_modules', name), join(modules, name));
  }
  for (const [name, [folder, parts]] of Object.entries(typedPackages)) {
    const target = join(modules, '@headwater', name);
    if (!typed) symlinkSync(installedPackage(inject('scratch'), name), target);
    else for (const part of parts) cpSync(join(workspace, folder, part), join(target, part), { recursive: true });
  }
  for (const [name, folder] of Object.entries(workspaces)) symlinkSync(join(cwd, folder), join(modules, name));
  symlinkSync('../@headwater/kernel/bin/kernel.js', join(modules, '.bin/kernel'));
  symlinkSync(realpathSync(join(workspace, 'node_modules/.bin/tsc')), join(modules, '.bin/tsc'));
}

/** Options for following a page. */
export interface PageOptions {
  /** Path of the page. */
  readonly page: string;
  /** The application's folder. */
  readonly cwd: string;
  readonly run: Run;
  /** Called in place of the block `npm install`, which would need a network. See {@link installIn}. */
  readonly install: () => void;
  /** Languages of blocks that are neither written nor run, like a transcript of another tool. */
  readonly quotes?: readonly string[];
  /** Values of this run that the page shows differently, like a port. Default: none. */
  readonly shownAs?: Readonly<Record<string, string>>;
  /** The least number of sessions that the page must have. Default: 4. */
  readonly sessions?: number;
}

const fence = /^```(\w+)\n([\s\S]*?)\n```$/gm;

/** Patterns, by language, for the first line of a block, which names the file that the block is written to. */
const fileName: Readonly<Record<string, RegExp>> = {
  ts: /^\/\/ (\S+)\n/,
  jsonc: /^\/\/ (\S+)\n/,
  sql: /^-- (\S+)\n/,
  yaml: /^# (\S+)\n/,
  env: /^# (\S+)\n/,
};

/** The sessions of a page, without the values that differ from run to run. */
export interface Followed {
  /** The sessions as the page shows them. */
  readonly documented: readonly string[];
  /** The sessions as they ran. */
  readonly printed: readonly string[];
}

/**
 * Follows a page from top to bottom. A block whose first line names a file is written to it; a `console` block is run, and
 * so is each `command: […]` of a `yaml` block. `UPDATE_GUIDE=1` writes the output into the page.
 */
export async function followPage({
  page,
  cwd,
  run,
  install,
  quotes = [],
  shownAs = {},
  sessions: least = 4,
}: PageOptions): Promise<Followed> {
  const text = readFileSync(page, 'utf8');
  const documented: string[] = [];
  const printed: string[] = [];
  for (const [, language = '', block = ''] of text.matchAll(fence)) {
    if (quotes.includes(language)) continue;
    if (block === 'npm install') {
      install();
    } else if (language === 'console') {
      documented.push(block);
      printed.push(await printedSession(block, cwd, run, shownAs));
    } else {
      const file = fileOf(language, block);
      expect(file, block).not.toBeNull();
      write(cwd, file?.path ?? '', file?.content ?? '');
      if (language === 'yaml') await runCommandsIn(block, run);
    }
  }
  expect(documented.length).toBeGreaterThanOrEqual(least);
  if (process.env['UPDATE_GUIDE'] === '1') {
    const sessions = printed.map((session, i) => keepOldTimes(documented[i] ?? '', session)).values();
    const replaced = text.replaceAll(fence, (block, language: string) =>
      language === 'console' ? `\`\`\`console\n${sessions.next().value ?? ''}\n\`\`\`` : block,
    );
    writeFileSync(page, replaced);
    documented.splice(0, documented.length, ...printed);
  }
  return { documented: documented.map(steady), printed: printed.map(steady) };
}

/** Returns the content of a file that a page shows. */
export function fileOnPage(page: string, path: string): string {
  for (const [, language = '', block = ''] of readFileSync(page, 'utf8').matchAll(fence)) {
    const file = fileOf(language, block);
    if (file?.path === path) return file.content;
  }
  throw new Error(`${page} does not show ${path}`);
}

/** Returns the file that a block is written to; `null` if its first line does not name one. */
function fileOf(language: string, block: string): { readonly path: string; readonly content: string } | null {
  const [line = '', path = ''] = fileName[language]?.exec(block) ?? [];
  // JSON has no comments, so the line with the name stays out of the file.
  return path === '' ? null : { path, content: `${language === 'jsonc' ? block.slice(line.length) : block}\n` };
}

function write(cwd: string, path: string, content: string): void {
  mkdirSync(dirname(join(cwd, path)), { recursive: true });
  writeFileSync(join(cwd, path), content);
}

async function runCommandsIn(yaml: string, run: Run): Promise<void> {
  const commands = Array.from(yaml.matchAll(/command: (\[.*\])$/gm), ([, list = '']) => JSON.parse(list) as string[]);
  expect(commands.length, yaml).toBeGreaterThan(0);
  for (const words of commands) {
    const { code, output } = await run(words.join(' '));
    expect(code, output).toBe(0);
  }
}

const lastExitCode = 'echo $?';

/** Returns the session with the output that its commands print here. */
async function printedSession(
  session: string,
  cwd: string,
  run: Run,
  shownAs: Readonly<Record<string, string>>,
): Promise<string> {
  const exchanges: string[] = [];
  const commands = Array.from(session.matchAll(/^\$ (.+)$/gm), ([, command = '']) => command);
  let exitCode: Done['code'] = 0;
  for (const [i, command] of commands.entries()) {
    const isQuestion = command === lastExitCode;
    const done: Done = isQuestion ? { code: 0, output: `${exitCode}\n` } : await run(command);
    const { code, output } = done;
    exitCode = code;
    // A command may fail only if the page shows the error or asks for the exit code.
    if (code !== 0 && commands[i + 1] !== lastExitCode) expect(output, command).toMatch(/^error [A-Z_]+: /);
    const shown = Object.entries({ ...shownAs, [cwd]: '…' })
      .reduce((text, [value, name]) => text.replaceAll(value, name), output)
      .replaceAll(/(\d+)\.\d+ms\b/g, '$1ms')
      .replaceAll(/(duration_ms \d+)\.\d+/g, '$1')
      .replaceAll(/[ \t]+$/gm, '')
      .trim();
    exchanges.push([`$ ${command}`, ...(shown === '' ? [] : [shown])].join('\n'));
  }
  return exchanges.join('\n\n');
}

/** Returns a text without times and columns, which differ from run to run. */
function steady(session: string): string {
  return timeless(session).replaceAll(/ +/g, ' ');
}

function timeless(session: string): string {
  return session
    .replaceAll(/\b\d+(\.\d+)? ?(ms|s)\b/g, '0 ms')
    .replaceAll(/\b\d{4}-\d\d-\d\dT[\d:.]+Z\b/g, 'now')
    .replaceAll(/duration_ms \d+/g, 'duration_ms 0');
}

/** Returns the session `printed`, but keeps the lines of `documented` that differ only by their times. */
export function keepOldTimes(documented: string, printed: string): string {
  const known = new Map(documented.split('\n').map((line) => [timeless(line), line]));
  return printed
    .split('\n')
    .map((line) => known.get(timeless(line)) ?? line)
    .join('\n');
}
