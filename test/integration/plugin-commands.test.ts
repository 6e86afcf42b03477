import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { emptyDatabase } from '../helper/database.ts';
import { makeProject, type Project } from '../helper/project.ts';

const imports = `import { Commands, definePlugin } from '@headwater/kernel/plugin';`;

/**
 * Makes a project with a plugin that lists the commands `listed` in its package.json and contributes those of `bind`.
 */
async function projectWith(listed: Readonly<Record<string, string>>, bind: string, name = 'likes'): Promise<Project> {
  const stop = `() => { process.stderr.write('stopped\\n'); }`;
  const project = await makeProject({ plugins: { core: {}, [name]: {} }, database: await emptyDatabase('postgres') });
  const file = `plugins/${name}/package.json`;
  const json = JSON.parse(readFileSync(`${project.cwd}/${file}`, 'utf8')) as { headwater: object };
  project.write(file, JSON.stringify({ ...json, headwater: { ...json.headwater, commands: listed } }));
  const definition = `export default definePlugin({ name: '${name}', bind({ contribute }) { ${bind} }, stop: ${stop} });`;
  project.write(`plugins/${name}/src/index.js`, `process.stderr.write('imported\\n');\n${imports}\n${definition}\n`);
  const greet = `import { Database } from '@headwater/kernel/plugin';
export async function run({ get, operands: [who], values }) {
  if (who === 'nobody') throw new Error('there is nobody');
  const [row] = await get(Database).em.execute('select 1 as one');
  return { text: 'hello ' + who + ' ' + row.one, data: { who, loud: values.loud === true } };
}`;
  project.write(`plugins/${name}/src/greet.ts`, greet);
  return project;
}

const listed = { 'likes:greet': 'says hello' };
const greet = `contribute(Commands, {
  name: 'likes:greet',
  about: 'Says hello.',
  arguments: [{ name: 'who', about: 'to whom', required: true }],
  options: [{ flag: 'loud', about: 'in capitals' }],
  load: () => import('./greet.ts'),
});`;

describe('a command of a plugin', () => {
  it('runs in a booted application, which is stopped afterwards', async () => {
    const project = await projectWith(listed, greet);
    const { code, stdout, stderr } = await project.kernel('likes:greet', 'world');
    expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: 'hello world 1\n' });
    expect(stderr).toContain('stopped');
    const { json } = await project.kernel('likes:greet', 'world', '--loud', '--json');
    expect(json()).toEqual({ who: 'world', loud: true });
  });

  it('tells the plugins for which purpose they start', async () => {
    const project = await projectWith(listed, greet);
    const file = 'plugins/core/src/index.js';
    const start = `({ purpose }) => process.stderr.write('purpose: ' + purpose + '\\n')`;
    project.write(file, `${imports}\nexport default definePlugin({ name: 'core', start: ${start} });\n`);
    expect((await project.kernel('likes:greet', 'world')).stderr).toContain('purpose: command');
    expect((await project.kernel('start', '--once')).stderr).toContain('purpose: command');
  });

  it('is listed and suggested without importing plugin code', async () => {
    const project = await projectWith(listed, greet);
    const help = await project.kernel('--help');
    expect(help.stdout).toMatch(/^Plugin likes:\n {2}likes:greet +says hello$/m);
    const typo = await project.kernel('likes:gret');
    expect([typo.code, typo.stderr]).toEqual([2, expect.stringContaining('did you mean likes:greet?')]);
    expect(help.stderr + typo.stderr).not.toContain('imported');
  });

  it('with a missing argument is refused before the kernel connects', async () => {
    const project = await projectWith(listed, greet);
    project.reconfigure((config) => (config['database'] = 'postgres://127.0.0.1:1/nowhere'));
    const finished = await project.kernel('likes:greet');
    expect([finished.code, finished.stderr]).toEqual([2, expect.stringContaining('needs <who>: to whom')]);
  });

  it('is reported with its plugin if it fails, and the application is stopped', async () => {
    const project = await projectWith(listed, greet);
    const { code, stderr } = await project.kernel('likes:greet', 'nobody');
    expect([code, stderr]).toEqual([12, expect.stringContaining('stopped')]);
    expect(/error (\w+):/.exec(stderr)?.[1]).toBe('PLUGIN_COMMAND_FAILED');
    expect(stderr).toContain('The command likes:greet of the plugin "likes"');
    expect(stderr).toContain('there is nobody');
  });

  it.each([
    ['nothing', listed, '', 'lists the commands likes:greet in its package.json, but contributes (none)'],
    ['an unlisted command', {}, greet, 'lists the commands (none) in its package.json, but contributes likes:greet'],
  ])('is refused if its plugin contributes %s', async (_, commands, bind, message) => {
    const project = await projectWith(commands, bind);
    const { code, json } = await project.kernel('start', '--once', '--json');
    const error = { code: 'PLUGIN_COMMANDS_DIFFER', message: expect.stringContaining(message) as unknown };
    expect([code, json()]).toMatchObject([12, { error }]);
  });

  it('cannot have the name of a kernel command or the prefix of another plugin', async () => {
    const own = await projectWith({ 'migrate:up': 'mine' }, '', 'migrate');
    const other = await projectWith({ 'comments:greet': 'theirs' }, '');
    const stolen = await other.kernel('start', '--once', '--json');
    const error = { code: 'PLUGIN_FIELD_INVALID', message: expect.stringMatching(/"comments".*"likes"/) as unknown };
    expect(stolen.json()).toMatchObject({ error });
    const started = await own.kernel('start', '--once', '--json');
    const twice = {
      code: 'PLUGIN_COLLISION',
      message: expect.stringMatching(/migrate:up .*the kernel and .*"migrate"/) as unknown,
    };
    expect(started.json()).toMatchObject({ error: twice });
  });
});
