import { cancel, intro, isCancel, select, text } from '@clack/prompts';
import { appNameProblem, pluginNameProblem } from './names.ts';
import { defaultPlugin, type Given, type Wish } from './command-line.ts';
import { basename, resolve } from 'node:path';

/** Asks on the terminal for the parts that were not given. Returns `null` if the user cancels. */
export async function ask(given: Given, cwd: string): Promise<Given | null> {
  const { kind, folder, plugin } = given;
  if (folder !== undefined && (kind !== undefined || plugin !== undefined)) return given;
  intro('Create something with Headwater');
  const chosen = kind ?? (await select<Wish['kind']>({ message: 'What do you want to create?', options: kinds }));
  if (isCancel(chosen)) return canceled();
  const place =
    folder ??
    (await text({
      message: 'In which folder?',
      placeholder: chosen === 'app' ? 'my-app' : 'headwater-plugin-notes',
      validate: (value) => placeProblem(chosen, value ?? '', cwd),
    }));
  if (isCancel(place)) return canceled();
  const initialValue = defaultPlugin(chosen, resolve(cwd, place));
  const name =
    plugin ??
    (await text({
      message: chosen === 'app' ? 'What is the name of its first plugin?' : 'What is the name of the plugin?',
      initialValue,
      validate: (value) => pluginNameProblem(value ?? '') ?? undefined,
    }));
  if (isCancel(name)) return canceled();
  return { ...given, kind: chosen, folder: place, plugin: name };
}

const kinds: { value: Wish['kind']; label: string; hint: string }[] = [
  { value: 'app', label: 'an application', hint: 'with a plugin of its own' },
  { value: 'plugin', label: 'a plugin', hint: 'in a repository of its own, to publish on npm' },
];

function placeProblem(kind: Wish['kind'], folder: string, cwd: string): string | undefined {
  if (folder.trim() === '') return 'a folder is needed';
  return kind === 'app' ? (appNameProblem(basename(resolve(cwd, folder))) ?? undefined) : undefined;
}

function canceled(): null {
  cancel('Canceled. Nothing was written.');
  return null;
}
