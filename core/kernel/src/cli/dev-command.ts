import { resolve } from 'node:path';
import { projectRoot } from '../config/project-root.ts';
import { kernelError } from '../error/kernel-codes.ts';
import { devName, importDev } from '../plugin/dev-package.ts';
import type { Command, Context } from './command.ts';

/** The commands of `@headwater/dev` by name. Each is imported only when called. */
export type DevCommands = Readonly<Record<string, () => Promise<Command>>>;

/** Imports a command of `@headwater/dev`. Throws DEV_NOT_INSTALLED and DEV_VERSION_DIFFERS. */
export async function loadDevCommand(name: string, project: Pick<Context, 'cwd' | 'config'>): Promise<Command> {
  const root = projectRoot(resolve(project.cwd, project.config ?? 'config.json'));
  // The type of the package's commands door is known, because the package has the same version as this kernel.
  const { commands } = (await importDev(name, root)) as { readonly commands: DevCommands };
  const load = commands[name];
  if (load === undefined) throw kernelError('INTERNAL', { what: `${devName} has no command ${name}.` });
  return load();
}
