import { randomBytes } from 'node:crypto';
import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
import type { DatabaseTarget } from '../../core/kernel/src/config/config.ts';
import { boot, type App } from '../../core/kernel/src/index.ts';
import { urlOf } from '../helper/database.ts';
import { communityPlugins } from './plugins.ts';

const workspace = join(import.meta.dirname, '../..');

/** An application made of the first-party plugins. It keeps its database from boot to boot. */
export interface Community {
  /** Rewrites the config so that exactly these plugins are active beside plugin zero, and boots. */
  readonly bootWith: (active: readonly string[]) => Promise<App>;
}

/** Writes the application to a new folder. */
export function makeCommunity(database: DatabaseTarget): Community {
  const cwd = join(realpathSync(inject('scratch')), `community-${randomBytes(6).toString('hex')}`);
  const modules = join(cwd, 'node_modules/@headwater');
  mkdirSync(modules, { recursive: true });
  writeFileSync(join(cwd, 'package.json'), JSON.stringify({ name: 'community', private: true, type: 'module' }));
  for (const [name, folder] of [
    ['kernel', 'core/kernel'],
    ['app', 'app'],
    ...['core', 'comments', 'likes', 'messages'].map((plugin) => [`plugin-${plugin}`, `plugins/${plugin}`] as const),
  ] as const) {
    symlinkSync(join(workspace, folder), join(modules, name), 'junction');
  }
  return {
    bootWith(active) {
      const plugins = Object.fromEntries(
        communityPlugins.flatMap(({ name, package: from }) =>
          name === 'core' ? [] : [[name, { $enabled: active.includes(name), $package: from }]],
        ),
      );
      const config = { database: urlOf(database), core: '@headwater/plugin-core', plugins };
      writeFileSync(join(cwd, 'config.json'), JSON.stringify(config));
      return boot({ cwd });
    },
  };
}
