import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { kernelBin } from '../../../../test/helper/kernel-process.ts';
import { makeProject } from '../../../../test/helper/project.ts';
import { community } from './support.ts';

const run = promisify(execFile);

describe('completion', () => {
  it('completes commands, the options of a command, and the plugins in the config', async () => {
    const project = await makeProject({ plugins: { core: {}, likes: {}, lists: {} } });
    const after = async (line: string): Promise<readonly string[]> => {
      const done = await project.kernel('__complete', line, '--json');
      expect(done).toMatchObject({ code: 0, stderr: '' });
      return done.json() as string[];
    };
    expect(await after('kernel migrate:h')).toEqual(['migrate:heads', 'migrate:history']);
    expect(await after('kernel help plugin:e')).toEqual(['plugin:enable']);
    expect(await after('kernel migrate:down likes --c')).toEqual(['--cascade', '--config']);
    expect(await after('kernel plugin:disable li')).toEqual(['likes', 'lists']);
    expect(await after('kernel migrate:up core li')).toEqual(['likes', 'lists']);
    expect(await after('kernel plugin:disable likes l')).toEqual([]);
    expect(await after('kernel plugin:enable ')).toEqual([]);
    project.reconfigure((config) => delete config.plugins['likes']);
    expect(await after('kernel plugin:enable ')).toEqual(['likes']);
    expect(await after('kernel plugin:disable ')).toEqual(['lists']);
    expect(await after('kernel completion ')).toEqual(['bash', 'zsh', 'fish']);
    expect(await after('kernel nonsense ')).toEqual([]);
  });

  it('completes the revisions of a plugin, without a database', async () => {
    const project = await makeProject({ plugins: community, database: 'postgres://nobody@127.0.0.1:1/none' });
    const after = async (line: string): Promise<unknown> => (await project.kernel('__complete', line, '--json')).json();
    expect(await after('kernel migrate:show likes@')).toEqual([
      'likes@base',
      'likes@head',
      'likes@0001_create_like',
      'likes@0002_count_on_object',
    ]);
    expect(await after('kernel migrate:up core likes@0002')).toEqual(['likes@0002_count_on_object']);
    expect(await after('kernel migrate:down nothing@')).toEqual([]);
  });

  it('is empty without a config to read names from', async () => {
    const project = await makeProject();
    const done = await project.kernel('__complete', 'kernel migrate:up l', '--config', 'nowhere.json');
    expect(done).toMatchObject({ code: 0, stdout: '', stderr: '' });
  });

  it('works in bash, where a colon and an @ end a word', async () => {
    const { cwd } = await makeProject({ plugins: community });
    const script = `
      kernel() { "$NODE" "$BIN" "$@"; }
      eval "$(kernel completion bash)"
      for COMP_LINE in "kernel sta" "kernel migrate:he" "kernel migrate:" "kernel migrate:up likes@0001"; do
        COMP_POINT=\${#COMP_LINE}
        _kernel
        echo "\${COMPREPLY[@]}"
      done`;
    const env = { ...process.env, NODE: process.execPath, BIN: kernelBin('/') };
    const { stdout } = await run('bash', ['-c', script], { env, cwd });
    const [one, two, three, four] = stdout.split('\n');
    expect(four).toBe('0001_create_like');
    expect([one, two]).toEqual(['start', 'heads']);
    expect(three?.split(' ')).toEqual(expect.arrayContaining(['up', 'down', 'plan', 'status', 'show']));
  });

  it.each(['zsh', 'fish'])('has a script for %s that calls the kernel', async (shell) => {
    const project = await makeProject();
    const done = await project.kernel('completion', shell);
    expect(done).toMatchObject({ code: 0 });
    expect(done.stdout).toContain('kernel __complete');
  });
});
