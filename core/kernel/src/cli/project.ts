import type { Config } from '../config/config.ts';
import { findConfig } from '../config/find-config.ts';
import { readConfig } from '../config/read-config.ts';
import type { Session } from '../db/session.ts';
import { loadBlueprint } from '../migrate/blueprint.ts';
import type { Blueprint } from '../migrate/state.ts';
import { withSession } from '../migrate/with-session.ts';
import type { Context } from './command.ts';
import { secretsOf } from './secrets.ts';

/** Finds and reads the config, and conceals its secrets. Nothing is loaded by it. */
export function openConfig({ cwd, config: given, env, conceal }: Context): Config {
  const config = readConfig(findConfig({ cwd, ...(given !== undefined && { config: given }) }), env);
  conceal(secretsOf(config, env));
  return config;
}

/** Config and blueprint: all that needs no database. */
export async function openBlueprint(
  context: Context,
): Promise<{ readonly config: Config; readonly blueprint: Blueprint }> {
  const config = openConfig(context);
  return { config, blueprint: await loadBlueprint(config) };
}

/** A project with its database open. */
export interface OpenProject {
  readonly config: Config;
  readonly blueprint: Blueprint;
  readonly session: Session;
}

/** Opens all of it for as long as `run` takes. */
export async function withProject<T>(context: Context, run: (project: OpenProject) => Promise<T>): Promise<T> {
  const { config, blueprint } = await openBlueprint(context);
  return withSession(config.database, (session) => run({ config, blueprint, session }));
}
