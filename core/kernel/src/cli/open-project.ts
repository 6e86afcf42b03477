import type { Config } from '../config/config.ts';
import { findConfig } from '../config/find-config.ts';
import { readConfig } from '../config/read-config.ts';
import { loadRevisionSet, type RevisionSet } from '../migrate/revision-set.ts';
import { openProject, type Project } from '../open/project.ts';
import type { Context } from './command.ts';
import { secretsOf } from './secrets.ts';

/** Finds and reads the config, and conceals its secrets. Imports no plugin. */
export function openConfig({ cwd, config: given, env, conceal }: Context): Config {
  const config = readConfig(findConfig({ cwd, ...(given !== undefined && { config: given }) }), env);
  conceal(secretsOf(config, env));
  return config;
}

/** Opens the config and the revision set, which do not need the database. */
export async function openRevisionSet(
  context: Context,
): Promise<{ readonly config: Config; readonly revisionSet: RevisionSet }> {
  const config = openConfig(context);
  return { config, revisionSet: await loadRevisionSet(config) };
}

/** Opens the project, calls `run`, and closes it. */
export async function withProject<T>(context: Context, run: (project: Project) => Promise<T>): Promise<T> {
  const project = openProject(openConfig(context));
  try {
    return await run(project);
  } finally {
    await project.connections.close();
  }
}
