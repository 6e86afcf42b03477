import { join } from 'node:path';
import app from '@headwater/app';
import accounts from '@headwater/plugin-accounts';
import comments from '@headwater/plugin-comments';
import core from '@headwater/plugin-core';
import likes from '@headwater/plugin-likes';
import messages from '@headwater/plugin-messages';
import moderation from '@headwater/plugin-moderation';
import type { DefinedPlugin } from '../../core/kernel/src/contract/define-plugin.ts';
import type { DefinedRevision } from '../../core/kernel/src/contract/define-revision.ts';
import { isSql } from '../../core/kernel/src/contract/sql.ts';
import { readRevisionFiles } from '../helper/revision-files.ts';

const root = join(import.meta.dirname, '../..');

/** A first-party plugin. */
export interface FirstPartyPlugin {
  readonly name: string;
  readonly package: string;
  /** Names of the plugins that it requires. */
  readonly requires: readonly string[];
  readonly definition: Pick<DefinedPlugin, 'entities' | 'extend'>;
  /** Folder of its revisions. */
  readonly migrations: string;
}

/** The plugins that work without a web server, plugin zero first. */
export const communityPlugins: readonly FirstPartyPlugin[] = [
  plugin('core', core),
  { ...plugin('app', app), package: '@headwater/app', migrations: join(root, 'app/src/migrations') },
  plugin('comments', comments),
  plugin('likes', likes),
  plugin('messages', messages),
];

/** All first-party plugins with tables, plugin zero first. */
export const firstPartyPlugins: readonly FirstPartyPlugin[] = [
  ...communityPlugins,
  plugin('accounts', accounts),
  plugin('moderation', moderation),
];

function plugin(name: string, definition: FirstPartyPlugin['definition']): FirstPartyPlugin {
  return {
    name,
    package: `@headwater/plugin-${name}`,
    requires: name === 'core' ? [] : ['core'],
    definition,
    migrations: join(root, 'plugins', name, 'src/migrations'),
  };
}

/**
 * Every set of community plugins besides plugin zero, by name. Each differs from the one before by a single plugin.
 */
export const pluginSets: readonly (readonly string[])[] = Array.from(
  { length: 2 ** (communityPlugins.length - 1) },
  (_, i) => {
    const gray = i ^ (i >> 1);
    return communityPlugins.slice(1).flatMap(({ name }, bit) => ((gray & (1 << bit)) === 0 ? [] : [name]));
  },
);

/** Reads the revisions of plugins. */
export async function revisionsOf(plugins: readonly FirstPartyPlugin[]): Promise<readonly DefinedRevision[]> {
  const files = await Promise.all(plugins.map(({ migrations }) => readRevisionFiles(migrations)));
  return files.flat().map(({ revision }) => revision);
}

/** Returns the SQL of a revision. */
export function sqlOf(revision: DefinedRevision, direction: 'up' | 'down' = 'up'): string {
  const body = revision[direction];
  if (!isSql(body)) throw new Error(`${revision.id} has no SQL for ${direction}`);
  return body.text;
}
