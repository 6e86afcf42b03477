import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { runKernel } from '../helper/kernel-process.ts';
import { keepOldTimes } from '../helper/page.ts';

const workspace = join(import.meta.dirname, '../..');
const file = join(workspace, 'README.md');

/** A command line of the README's session, and the output that the page shows for it. */
interface Exchange {
  readonly command: string;
  readonly output: string;
}

const fence = /(<!-- session -->\n```console\n)([\s\S]*?)(\n```)/;

function exchanges(page: string): readonly Exchange[] {
  const [, , session = ''] = fence.exec(page) ?? [];
  return session
    .split(/^\$ /m)
    .filter((part) => part.trim() !== '')
    .map((part) => {
      const [command = '', ...output] = part.split('\n');
      return { command, output: output.join('\n').trim() };
    });
}

/** Returns a text without times and folders, which differ from run to run. */
function steady(text: string, cwd: string): string {
  return text
    .replaceAll(cwd, '…')
    .replaceAll(/\b\d+(\.\d+)? (ms|s)\b/g, '0 ms')
    .replaceAll(/ +/g, ' ')
    .trim();
}

describe('the README', () => {
  const page = readFileSync(file, 'utf8');
  let cwd: string;

  beforeAll(() => {
    cwd = join(inject('scratch'), 'readme');
    mkdirSync(join(cwd, 'node_modules/@headwater'), { recursive: true });
    for (const [name, folder] of [
      ['kernel', 'core/kernel'],
      ...['accounts', 'comments', 'core', 'http', 'likes', 'messages', 'moderation', 'site', 'studio'].map(
        (plugin) => [`plugin-${plugin}`, `plugins/${plugin}`] as const,
      ),
    ] as const) {
      symlinkSync(join(workspace, folder), join(cwd, 'node_modules/@headwater', name));
    }
    for (const name of ['@mikro-orm', 'zod']) {
      symlinkSync(join(workspace, 'node_modules', name), join(cwd, 'node_modules', name));
    }
    for (const part of ['config', 'app/src', 'app/package.json']) {
      cpSync(join(workspace, part), join(cwd, part), { recursive: true });
    }
    writeFileSync(join(cwd, 'package.json'), JSON.stringify({ name: 'community', private: true, type: 'module' }));
  });

  it('shows a session with the output that its commands print', async () => {
    const found = exchanges(page);
    expect(found.length).toBeGreaterThan(5);
    const printed: Exchange[] = [];
    for (const { command } of found) {
      const args = command.replace(/^npx kernel /, '').split(' ');
      expect(command).toMatch(/^npx kernel /);
      // Any free port, since others of this machine may be in use.
      const done = await runKernel(args, { cwd, env: { PORT: '0' } });
      // The log has the address of the server. On a terminal its entries are lines for people.
      const output = `${done.stdout}${done.stderr}`.replaceAll(/^\{"level".*\n/gm, '');
      printed.push({ command, output: output.replaceAll(cwd, '…').trim() });
    }
    const session = printed.map(({ command, output }) => `$ ${command}\n${output}\n`).join('\n');
    const documented = found.map(({ command, output }) => `$ ${command}\n${output}\n`).join('\n');
    if (process.env['UPDATE_README'] === '1') {
      writeFileSync(
        file,
        page.replace(
          fence,
          (_, open: string, __, close: string) => `${open}${keepOldTimes(documented, session).trimEnd()}${close}`,
        ),
      );
      return;
    }
    expect(steady(session, cwd)).toBe(steady(documented, cwd));
  }, 120_000);

  it('starts with the two commands that a fresh clone needs', () => {
    expect(page).toContain('```sh\nnpm ci\nnpm start\n```');
    const { scripts } = JSON.parse(readFileSync(join(workspace, 'package.json'), 'utf8')) as {
      scripts: Readonly<Record<string, string>>;
    };
    expect(scripts['start']).toBe('kernel start');
    expect(scripts['test']).toBeDefined();
  });

  it('shows a revision that exists', () => {
    const revision = readFileSync(join(workspace, 'plugins/likes/src/migrations/0001_create_like.ts'), 'utf8');
    expect(revision).toContain(`id: 'likes@0001_create_like'`);
    expect(page).toContain(`id: 'likes@0001_create_like'`);
  });
});
