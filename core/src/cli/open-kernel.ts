import type { Config } from '../config/config.ts';
import { findConfig } from '../config/find-config.ts';
import { readConfig } from '../config/read-config.ts';
import { openSession, type Session } from '../db/session.ts';
import { loadBlueprint } from '../kernel/blueprint.ts';
import type { Blueprint } from '../kernel/state.ts';
import type { Invocation } from './command.ts';
import { secretsOf } from './redact.ts';

/** Finds and reads the config, and keeps its secrets out of all that is printed. */
export function openConfig({ cwd, config, env, io }: Invocation): Config {
  const read = readConfig(findConfig({ cwd, ...(config !== undefined && { config }) }), env);
  const { database } = read;
  if (database.kind === 'postgres') {
    for (const url of [database.url, database.directUrl ?? '']) io.hide(secretsOf(url));
  }
  return read;
}

/** Config and blueprint: all that needs no database. */
export async function openBlueprint(
  invocation: Invocation,
): Promise<{ readonly config: Config; readonly blueprint: Blueprint }> {
  const config = openConfig(invocation);
  return { config, blueprint: await loadBlueprint(config) };
}

/** Opens all three, runs `work`, and closes the session whatever happens. */
export async function withSession<T>(
  invocation: Invocation,
  work: (open: { readonly config: Config; readonly blueprint: Blueprint; readonly session: Session }) => Promise<T>,
): Promise<T> {
  const { config, blueprint } = await openBlueprint(invocation);
  const session = await openSession(config.database);
  try {
    return await work({ config, blueprint, session });
  } finally {
    await session.close().catch(() => {});
  }
}
