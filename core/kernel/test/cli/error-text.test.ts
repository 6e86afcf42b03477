import { beforeAll, describe, expect, it } from 'vitest';
import { emptyDatabase, onServer } from '../../../../test/helper/database.ts';
import { makeProject, type Project } from '../../../../test/helper/project.ts';
import { noColors } from '../../src/cli/colors.ts';
import { asKernelError, errorStacks, errorText } from '../../src/cli/error-text.ts';
import { kernelError } from '../../src/error/kernel-codes.ts';

describe('an unexpected error', () => {
  let project: Project;

  beforeAll(async () => {
    const database = await emptyDatabase('postgres');
    project = await makeProject({
      database,
      plugins: { core: { revisions: { '0001_a': 'create table a (id int);' } } },
    });
    // Every server has this function, so no error code describes its absence.
    if (database.kind === 'postgres') {
      const rename = 'alter function pg_catalog.pg_is_in_recovery() rename to renamed';
      await onServer(new URL(database.url).pathname.slice(1), rename);
    }
  });

  it('is reported as an internal error, with exit code 1 and no stack', async () => {
    const done = await project.kernel('migrate:up');
    expect(done).toMatchObject({ code: 1, stdout: '' });
    expect(done.stderr).toContain(
      'error INTERNAL: Internal error (a bug in Headwater): function pg_is_in_recovery() does not exist',
    );
    expect(done.stderr).toContain('--debug');
    expect(done.stderr).not.toMatch(/^\s+at /m);
  });

  it('is printed as data with --json, and with stacks with --debug', async () => {
    const done = await project.kernel('migrate:up', '--json', '--debug');
    expect(done).toMatchObject({ code: 1 });
    expect(done.json()).toMatchObject({ error: { code: 'INTERNAL', exitCode: 1 } });
    expect(done.stderr).toMatch(/caused by .*function pg_is_in_recovery\(\) does not exist\n\s+at /);
  });
});

describe('the text of an error', () => {
  it('contains the message, the fix, and whether anything was written', () => {
    const error = kernelError('USAGE', { what: 'That is wrong.', usage: 'kernel start', command: 'start' });
    expect(asKernelError(error)).toBe(error);
    expect(errorText(error, noColors)).toBe(
      'error USAGE: That is wrong.\n\nfix: kernel start\n     Full help: npx kernel start --help\nNothing was written.',
    );
  });

  it('contains the first line of any thrown value', () => {
    expect(asKernelError(new Error('one\ntwo')).message).toContain('one');
    expect(asKernelError(new Error('one\ntwo')).message).not.toContain('two');
    expect(asKernelError('text')).toMatchObject({ code: 'INTERNAL', exitCode: 1 });
    expect(asKernelError(undefined)).toMatchObject({ code: 'INTERNAL' });
  });

  it('contains the stack of every cause', () => {
    const error = asKernelError(new Error('outer', { cause: new Error('inner') }));
    expect(errorStacks(error)).toMatch(/outer[\s\S]*caused by [\s\S]*inner/);
  });
});
