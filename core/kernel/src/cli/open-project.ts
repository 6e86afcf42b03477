import type { Config } from '../config/config.ts';
import { findConfig } from '../config/find-config.ts';
import { readConfig } from '../config/read-config.ts';
import type { Session } from '../db/session.ts';
import { loadRevisionSet, type RevisionSet } from '../migrate/revision-set.ts';
import { withSession } from '../db/with-session.ts';
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

/** A project whose database is open. */
export interface OpenProject {
  readonly config: Config;
  readonly revisionSet: RevisionSet;
  readonly session: Session;
}

/** Opens the project and its database, calls `run`, and closes the database. */
export async function withProject<T>(context: Context, run: (project: OpenProject) => Promise<T>): Promise<T> {
  const { config, revisionSet } = await openRevisionSet(context);
  const { responseTimeout } = config.upgrade;
  return withSession(config.database, (session) => run({ config, revisionSet, session }), responseTimeout);
}
