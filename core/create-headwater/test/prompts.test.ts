import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';

/** The command that gives another command a terminal, as util-linux has it. */
const hasScript = process.platform === 'linux' && existsSync('/usr/bin/script');
const noScript = hasScript ? '' : ' (skipped: needs script of util-linux)';
const bin = join(import.meta.dirname, '../bin/create-headwater.js');

/** Runs the command on a terminal. Each question is waited for, and answered with keys. */
async function answer(
  cwd: string,
  answers: readonly (readonly [question: string, keys: string])[],
): Promise<{ readonly code: number; readonly output: string }> {
  const { FORCE_COLOR: _, ...env } = process.env;
  // A new terminal has no width.
  const line = `stty columns 100 rows 30; ${process.execPath} ${bin}`;
  const child = spawn('script', ['--quiet', '--return', '--command', line, '/dev/null'], { cwd, env });
  const open = [...answers];
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    const [next] = open;
    if (next === undefined || !output.includes(next[0])) return;
    open.shift();
    child.stdin.write(next[1]);
  });
  const [code] = (await once(child, 'close')) as [number];
  return { code, output };
}

describe.skipIf(!hasScript)(`create-headwater on a terminal${noScript}`, () => {
  const enter = '\r';
  const down = '\u001B[B';

  it('asks for what is not given, and creates it', async () => {
    const cwd = mkdtempSync(join(inject('scratch'), 'prompts-'));
    const { code, output } = await answer(cwd, [
      ['What do you want to create?', `${down}${enter}`],
      ['In which folder?', `headwater-plugin-tags${enter}`],
      ['What is the name of the plugin?', enter],
    ]);
    expect(code, output).toBe(0);
    expect(output).toContain('Created the plugin in');
    const text = readFileSync(join(cwd, 'headwater-plugin-tags/package.json'), 'utf8');
    expect(text).toContain('"plugin": "tags"');
  });

  it('writes nothing if the user cancels', async () => {
    const cwd = mkdtempSync(join(inject('scratch'), 'prompts-'));
    const { code, output } = await answer(cwd, [
      ['What do you want to create?', enter],
      ['In which folder?', '\u0003'],
    ]);
    expect([code, existsSync(join(cwd, 'my-app'))], output).toEqual([130, false]);
    expect(output).toContain('Canceled. Nothing was written.');
  });
});
