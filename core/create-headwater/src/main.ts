import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ask } from './ask.ts';
import { helpText, readCommandLine, wishOf, type Problem, type Wish } from './command-line.ts';
import { callingPackageManager, filesFor, spoken, type PackageManager } from './package-manager.ts';
import { appFiles, pluginRepositoryFiles } from './templates.ts';
import { folderProblem, writeFiles } from './write-files.ts';

/** It is released together with the packages that the templates depend on. */
const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8')) as {
  // npm publishes no package without one.
  readonly version: string;
};

/** The parts of the process that the command uses. */
export interface Surroundings {
  readonly cwd: string;
  /** Whether a person can answer questions. */
  readonly isTerminal: boolean;
  /** The variable `npm_config_user_agent`, in which a package manager names itself. */
  readonly userAgent?: string | undefined;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** Runs `create-headwater` with the words of its command line, and returns the exit code. */
export async function main(
  words: readonly string[],
  { cwd, isTerminal, userAgent, out, err }: Surroundings,
): Promise<number> {
  const refuse = ({ message, fix }: Problem, code: number, written = 'Nothing was written.'): number => {
    err(`error: ${message}.\n\nfix: ${fix}\n${written}\n`);
    return code;
  };
  const given = readCommandLine(words);
  if ('fix' in given) return refuse(given, 2);
  if (given.help) {
    out(`${helpText}\n`);
    return 0;
  }
  const answered = isTerminal && !given.json ? await ask(given, cwd) : given;
  if (answered === null) return 130;
  const wish = wishOf(answered, cwd);
  if ('fix' in wish) return refuse(wish, 2);
  const { kind, folder, app, plugin } = wish;
  const manager = given.manager ?? callingPackageManager(userAgent);
  const files = filesFor(
    manager,
    kind === 'app' ? appFiles(app, plugin, version, manager) : pluginRepositoryFiles(plugin, version),
  );
  try {
    const problem = folderProblem(folder);
    if (problem !== null)
      return refuse({ message: `${folder} cannot be created: ${problem}`, fix: 'Name a new folder.' }, 2);
    writeFiles(folder, files);
  } catch (error) {
    const message = `${folder} cannot be written: ${error instanceof Error ? error.message : String(error)}`;
    return refuse(
      { message, fix: 'Name a folder in which you may write.' },
      1,
      'A part of the files may have been written.',
    );
  }
  const next = nextSteps(wish, answered.folder ?? '.', manager);
  const paths = files.map(({ path }) => path);
  if (given.json) out(`${JSON.stringify({ kind, folder, plugin, files: paths, next }, null, 2)}\n`);
  else
    out(
      `Created ${kind === 'app' ? 'the application' : 'the plugin'} in ${folder}: ${paths.length} files.\n\nNext:\n${next.map((line) => `  ${line}\n`).join('')}`,
    );
  return 0;
}

/** Returns the commands that check and run what was created. */
function nextSteps({ kind, plugin }: Wish, folder: string, manager: PackageManager): readonly string[] {
  const lines = [
    ...(folder === '.' ? [] : [`cd ${folder}`]),
    'git init',
    'npm install',
    'npm test',
    ...(kind === 'app' ? ['npm start'] : ['npx kernel start', `npx kernel migrate:create ${plugin}`]),
  ];
  return lines.map((line) => spoken(manager, line));
}
