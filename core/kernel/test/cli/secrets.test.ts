import { describe, expect, it } from 'vitest';
import { emptyDatabase, onServer } from '../../../../test/helper/database.ts';
import type { Finished } from '../../../../test/helper/kernel-process.ts';
import { makeProject, type PluginSketch, type Project } from '../../../../test/helper/project.ts';
import { community, ok, serverDatabase } from './support.ts';

/** A secret that must never be printed. It is too long to be part of an id or path by chance. */
const canary = 'canary-7f3a91c2';

/** Every command that reads a config, with arguments that make it print something. */
const lines = [
  ['start', '--once'],
  ['migrate:plan', '--sql'],
  ['migrate:plan', 'nowhere'],
  ['migrate:up'],
  ['migrate:status'],
  ['migrate:heads'],
  ['migrate:current'],
  ['migrate:history'],
  ['migrate:show', 'likes@0001', '--applied'],
  ['migrate:down', 'likes@-1'],
  ['plugin:list'],
  ['plugin:enable', 'likes'],
  ['plugin:disable', 'stickers'],
  ['config:check'],
  ['why', 'likes'],
  ['config:schema', '--print'],
  ['config:schema'],
] as const;

/** Runs each command twice: with text output and with --json. */
async function outputs(
  project: Project,
  given: readonly (readonly string[])[],
  env: Readonly<Record<string, string>> = {},
): Promise<readonly Finished[]> {
  const done: Finished[] = [];
  for (const line of given) {
    const both = [['--debug'], ['--json', '--debug']].map((more) => project.kernelWith({ env }, ...line, ...more));
    done.push(...(await Promise.all(both)));
  }
  return done;
}

function expectNoSecret(done: readonly Finished[], secret = canary): void {
  expect(done.length).toBeGreaterThan(0);
  for (const { stdout, stderr } of done) {
    expect(stdout).not.toContain(secret);
    expect(stderr).not.toContain(secret);
  }
}

/** A plugin that accepts any option and writes its value to logs and errors. */
const loose = `config: { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } }`;

describe('a password in the database URL', () => {
  it('appears in no output of any command if the URL is correct', async () => {
    const { url, name } = await serverDatabase();
    const user = `role_of_${name}`;
    await onServer(
      'postgres',
      `create role ${user} login password '${canary}'; grant all on database ${name} to ${user}`,
    );
    await onServer(name, `grant all on schema public to ${user}`);
    const database = `postgres://${user}:${canary}@${url.host}${url.pathname}?application_name=${canary}`;
    const project = await makeProject({ plugins: community, database });
    const done = await outputs(project, lines);
    expectNoSecret(done);
    expect(done.filter(({ code }) => code === 0).length).toBeGreaterThan(25);
    // Everything else stays readable.
    expect(ok(await project.kernel('config:check')).stdout).toContain(`postgres://${user}@${url.host}${url.pathname}`);
  });

  it.each([
    ['wrong', (at: string) => `postgres://postgres:${canary}@${at}`],
    ['wrong, in the query', (at: string) => `postgres://${at}?user=postgres&password=${canary}`],
    ['for a server that does not exist', () => `postgres://me:${canary}@127.0.0.1:1/nowhere`],
    ['in a URL with an unencoded #', () => `postgres://me:${canary}#x@127.0.0.1:1/nowhere`],
    ['in a URL with an unencoded %', () => `postgres://me:${canary}%zz@127.0.0.1:1/nowhere`],
    ['in a URL with an unencoded /', () => `postgres://me:1/${canary}@127.0.0.1:1/nowhere`],
    ['in a URL without a host', () => `postgres://me:${canary}`],
    ['under a scheme that is not supported', () => `mysql://me:${canary}@127.0.0.1:1/nowhere`],
    ['without a scheme', () => `me:${canary}@127.0.0.1/nowhere`],
  ])('appears in no output if it is %s', async (_, urlAt) => {
    const { url } = await serverDatabase();
    const project = await makeProject({ plugins: {}, database: urlAt(`${url.host}${url.pathname}`) });
    const done = await Promise.all([
      project.kernel('migrate:up', '--debug'),
      project.kernel('migrate:up', '--json', '--debug'),
      project.kernel('config:check', '--debug'),
    ]);
    expectNoSecret(done);
    expect(done[0]?.code).toBeOneOf([10, 20]);
  });
});

describe('a value of an environment variable', () => {
  const plugins: Readonly<Record<string, PluginSketch>> = {
    ...community,
    likes: {
      ...community['likes'],
      config: { key: '${LIKES_KEY}', limit: '${LIKES_LIMIT:-3}' },
      fields: `${loose}, start({ config, log }) { log.info('calls with ' + config.key); throw new Error('refused: ' + config.key); }`,
    },
  };

  it('appears in no output, even if a plugin logs or throws it', async () => {
    const project = await makeProject({ plugins, database: await emptyDatabase('postgres') });
    const env = { LIKES_KEY: canary };
    expectNoSecret(
      await outputs(
        project,
        lines.filter(([name]) => /^(start|config|plugin|why)/.test(name)),
        env,
      ),
    );
    const failed = await project.kernelWith({ env }, 'start', '--once');
    expect(failed.code).toBe(12);
    expect(failed.stderr).toContain('calls with ***');
    expect(failed.stderr).toMatch(/failed to start: refused: \*\*\*/);
  });

  it('is named but not printed if it is invalid', async () => {
    const fields = `config: { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ issues: [{ message: 'not ' + value.key, path: ['key'] }] }) } }`;
    const project = await makeProject({
      plugins: { core: {}, likes: { config: { key: '${LIKES_KEY}' }, fields } },
    });
    const unset = await project.kernel('config:check', '--json');
    expect(unset.json()).toMatchObject({
      error: { code: 'CONFIG_VARIABLE_UNSET', details: { variable: 'LIKES_KEY' } },
    });
    const env = { LIKES_KEY: canary };
    const done = [
      await project.kernelWith({ env }, 'config:check', '--debug'),
      await project.kernelWith({ env }, 'start', '--json', '--debug'),
    ];
    expectNoSecret(done);
    expect(done[1]?.json()).toMatchObject({ error: { code: 'CONFIG_VALUE_INVALID' } });
  });

  it('is printed if it occurs in text that is printed anyway, so that the text stays correct', async () => {
    const project = await makeProject({ plugins });
    const done = await project.kernelWith({ env: { LIKES_KEY: project.cwd } }, 'config:check', '--json');
    expect(ok(done).json()).toMatchObject({ file: project.config, root: project.cwd });
  });

  it('is not printed if it is the database URL', async () => {
    const project = await makeProject({ database: '${DATABASE_URL}' });
    const env = { DATABASE_URL: `postgres://me:${canary}@127.0.0.1:1/nowhere` };
    const done = await project.kernelWith({ env }, 'migrate:up', '--debug');
    expect(done).toMatchObject({ code: 20 });
    expectNoSecret([done, await project.kernelWith({ env: { DATABASE_URL: canary } }, 'migrate:up', '--debug')]);
  });

  it('is not printed if it is PGPASSWORD', async () => {
    const { url } = await serverDatabase();
    const project = await makeProject({ database: `postgres://postgres@${url.host}${url.pathname}` });
    const done = await project.kernelWith({ env: { PGPASSWORD: canary } }, 'migrate:up', '--debug');
    expect(done).toMatchObject({ code: 20 });
    expectNoSecret([done]);
  });
});
