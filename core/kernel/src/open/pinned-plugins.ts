import { existsSync } from 'node:fs';
import { pinnedPath } from '../config/project-root.ts';
import type { Environment } from '../config/variables.ts';
import type { Project } from './project.ts';

/**
 * Compares the plugins of a project with its `headwater.lock.json`, if it has one. In production a difference is refused;
 * elsewhere `warn` is called. Throws PINNED_SET_DIFFERS, PINNED_SET_INVALID, and the errors of loading the plugin set.
 */
export async function checkPinnedSet(
  project: Project,
  env: Environment,
  warn: (message: string) => void,
): Promise<void> {
  const { root } = project.config;
  if (!existsSync(pinnedPath(root))) return;
  const { comparePinnedSet } = await import('../plugin/pinned-set.ts');
  comparePinnedSet(root, await project.pluginSet(), env['NODE_ENV'] === 'production', warn);
}
