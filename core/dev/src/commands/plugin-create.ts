import { existsSync } from 'node:fs';
import { join, matchesGlob, relative, resolve } from 'node:path';
import { openConfig, type Command } from '@headwater/kernel/internal/command';
import { explainFileError } from '@headwater/kernel/internal/errors';
import {
  findPluginPackages,
  kernelPackage,
  openPackages,
  packageManagerOf,
  type Packages,
} from '@headwater/kernel/internal/plugins';
import {
  filesFor,
  folderProblem,
  pluginFiles,
  pluginNameProblem,
  pluginRepositoryFiles,
  spoken,
  writeFiles,
  // By path, since it is bundled: it never comes from an installed package.
} from '../../../create-headwater/src/index.ts';
import { devError } from '../error/dev-codes.ts';

/** `kernel plugin:create <name>`. */
export const pluginCreate: Command = {
  about:
    'Creates a plugin in plugins/<name> of the project: a package with an entity, a column on a table of plugin zero, its ' +
    'first revision, a service, a route, a page, a command, options, tests, README and license. It can be linted, ' +
    'type-checked, tested, started and published as it is. Installs nothing and activates nothing.\n\n' +
    'Outside of a project, create an application or a plugin with: npm create headwater',
  arguments: [{ name: 'name', about: "the plugin's name, and the label of its branch", required: true }],
  options: [
    { flag: 'folder', value: 'path', about: 'create it there instead' },
    { flag: 'repository', about: 'add the files of a repository of its own: a config that runs it, and workflows' },
  ],
  examples: [
    { line: 'kernel plugin:create bookmarks', about: 'in plugins/bookmarks' },
    { line: 'kernel plugin:create bookmarks --folder ../bookmarks --repository', about: 'beside the project' },
  ],
  exits: [{ code: 10, about: 'the folder belongs to no project' }],
  async run({ operands: [name = ''], switches, values }, context) {
    const config = openConfig(context);
    const problem =
      pluginNameProblem(name) ?? (config.plugins.has(name) ? `${config.file} lists a plugin of this name` : null);
    if (problem !== null) throw devError('PLUGIN_CREATE_NAME', { name, problem });
    const packages = openPackages();
    const installed = findPluginPackages(config, packages).get(name);
    if (installed !== undefined) {
      throw devError('PLUGIN_CREATE_NAME', { name, problem: `the installed package ${installed.package} has it` });
    }
    const given = values.get('folder');
    const folder = given === undefined ? join(config.root, 'plugins', name) : resolve(context.cwd, given);
    const { version } = kernelPackage();
    const manager = packageManagerOf(config.root).name;
    const template = switches.has('repository') ? pluginRepositoryFiles : pluginFiles;
    const files = filesFor(manager, template(name, version));
    create(folder, files);
    const paths = files.map(({ path }) => path);
    // pnpm has its workspaces in pnpm-workspace.yaml, which it reads itself.
    const workspaces = manager === 'npm' ? workspacesOf(config.root, packages) : ['**'];
    const next = nextSteps(name, relative(config.root, folder), workspaces).map((line) => spoken(manager, line));
    return {
      json: { plugin: name, folder, files: paths, next },
      text: (colors) =>
        [
          `Created ${colors.green(name)} in ${folder}: ${paths.length} files.`,
          'Next:',
          ...next.map((line) => `  ${line}`),
        ].join('\n'),
    };
  },
};

function create(folder: string, files: ReturnType<typeof pluginFiles>): void {
  try {
    const problem = folderProblem(folder);
    if (problem !== null) throw devError('PLUGIN_CREATE_FOLDER', { folder, problem });
    writeFiles(folder, files);
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw devError('PLUGIN_CREATE_FOLDER', { folder, problem: explainFileError(error) }, { cause: error });
  }
}

/** Returns the patterns of the npm workspaces in a project, which need not have a package.json. */
function workspacesOf(root: string, packages: Packages): readonly string[] {
  if (!existsSync(join(root, 'package.json'))) return [];
  const { workspaces } = packages.read(root).fields;
  return Array.isArray(workspaces) ? workspaces.filter((one) => typeof one === 'string') : [];
}

function nextSteps(name: string, place: string, workspaces: readonly string[]): readonly string[] {
  const folder = place.replaceAll('\\', '/');
  if (folder.startsWith('..')) return [`cd ${folder}`, 'npm install', 'npm test', 'npx kernel start'];
  const isWorkspace = workspaces.some((pattern) => matchesGlob(folder, pattern.replace(/^\.\//, '')));
  return [
    ...(isWorkspace ? [] : [`add "${folder}" to "workspaces" in package.json, so that npm links it`]),
    'npm install',
    `npx kernel plugin:enable ${name}`,
    'npx kernel migrate:plan',
    `npm test --workspace ${folder}`,
  ];
}
