import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ok, refusalIn } from '../../../kernel/test/cli/support.ts';
import { makeProject, type Project } from '../../../../test/helper/project.ts';

describe('plugin:create', () => {
  let project: Project;
  beforeAll(async () => {
    project = await makeProject({ plugins: { likes: {}, comments: { config: null } } });
  });

  it('creates a plugin in plugins/<name>, and says how npm links it', async () => {
    const done = ok(await project.kernel('plugin:create', 'my-tags', '--json'));
    const folder = join(project.cwd, 'plugins/my-tags');
    expect(done.json()).toMatchObject({
      plugin: 'my-tags',
      folder,
      next: [
        'add "plugins/my-tags" to "workspaces" in package.json, so that npm links it',
        'npm install',
        'npx kernel plugin:enable my-tags',
        'npx kernel migrate:plan',
        'npm test --workspace plugins/my-tags',
      ],
    });
    expect(readFileSync(join(folder, 'src/entities.ts'), 'utf8')).toContain("tableName: 'my_tags_note'");
    expect(existsSync(join(folder, '.github'))).toBe(false);
  });

  it('adds the files of a repository on request', async () => {
    project.write(
      'package.json',
      JSON.stringify({ name: 'project', private: true, type: 'module', workspaces: ['./plugins/*'] }),
    );
    const done = ok(await project.kernel('plugin:create', 'pins', '--repository'));
    expect(done.stdout).toMatch(/^Created pins in .+\/plugins\/pins: \d+ files\.\nNext:\n {2}npm install\n/);
    expect(existsSync(join(project.cwd, 'plugins/pins/.github/workflows/release.yml'))).toBe(true);
    expect(existsSync(join(project.cwd, 'plugins/pins/.gitignore'))).toBe(true);
  });

  it('names the commands of pnpm in a project of pnpm', async () => {
    project.write('pnpm-lock.yaml', '');
    const done = ok(await project.kernel('plugin:create', 'tabs', '--json'));
    rmSync(join(project.cwd, 'pnpm-lock.yaml'));
    expect(done.json()).toMatchObject({
      next: [
        'pnpm install',
        'pnpm exec kernel plugin:enable tabs',
        'pnpm exec kernel migrate:plan',
        'pnpm --dir plugins/tabs test',
      ],
    });
    expect(readFileSync(join(project.cwd, 'plugins/tabs/README.md'), 'utf8')).toContain('\npnpm run lint\n');
  });

  it.each([
    ['is malformed', 'My_Tags', /lower-case letters/],
    ['belongs to plugin zero', 'core', /a plugin of every new application has this name/],
    ['is in the config', 'likes', /config\.json lists a plugin of this name/],
    ['belongs to an installed package', 'comments', /the installed package @headwater\/plugin-comments has it/],
  ])('refuses a name that %s', async (_, name, problem) => {
    const { code, message } = refusalIn(await project.kernel('plugin:create', name, '--json'));
    expect(code).toBe('PLUGIN_CREATE_NAME');
    expect(message).toMatch(problem);
  });

  it('never writes into a folder that has files', async () => {
    mkdirSync(join(project.cwd, 'taken'));
    writeFileSync(join(project.cwd, 'taken/a.txt'), '');
    const { code, message } = refusalIn(await project.kernel('plugin:create', 'tags', '--folder', 'taken', '--json'));
    expect(code).toBe('PLUGIN_CREATE_FOLDER');
    expect(message).toContain('it has files already: a.txt');
    const below = refusalIn(await project.kernel('plugin:create', 'tags', '--folder', 'taken/a.txt/b', '--json'));
    expect(below.code).toBe('PLUGIN_CREATE_FOLDER');
  });
});
