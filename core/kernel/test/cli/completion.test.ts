import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { kernelBin } from '../../../../test/helper/kernel-process.ts';
import { makeProject } from '../../../../test/helper/project.ts';

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

  it('is empty without a config to read names from', async () => {
    const project = await makeProject();
    const done = await project.kernel('__complete', 'kernel migrate:up l', '--config', 'nowhere.json');
    expect(done).toMatchObject({ code: 0, stdout: '', stderr: '' });
  });

  it('works in bash, where a colon ends a word', async () => {
    const script = `
      kernel() { "$NODE" "$BIN" "$@"; }
      eval "$(kernel completion bash)"
      for COMP_LINE in "kernel sta" "kernel migrate:he" "kernel migrate:"; do
        COMP_POINT=\${#COMP_LINE}
        _kernel
        echo "\${COMPREPLY[@]}"
      done`;
    const env = { ...process.env, NODE: process.execPath, BIN: kernelBin('/') };
    const { stdout } = await run('bash', ['-c', script], { env });
    const [one, two, three] = stdout.split('\n');
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
