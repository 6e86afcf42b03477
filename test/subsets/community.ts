import { randomBytes } from 'node:crypto';
import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
import type { DatabaseTarget } from '../../core/kernel/src/config/config.ts';
import { boot, type App } from '../../core/kernel/src/index.ts';
import { urlOf } from '../helper/database.ts';

const workspace = join(import.meta.dirname, '../..');

/** The first-party plugins besides plugin zero, which is always active here. */
export const firstParty = ['app', 'comments', 'likes', 'messages'] as const;

/** One of {@link firstParty}. */
export type FirstParty = (typeof firstParty)[number];

/** Every set of them, each other than the one before it by a single plugin. */
export const subsets: readonly (readonly FirstParty[])[] = Array.from({ length: 2 ** firstParty.length }, (_, i) => {
  const gray = i ^ (i >> 1);
  return firstParty.filter((_, bit) => (gray & (1 << bit)) !== 0);
});

/** An application of the first-party plugins on one database, which keeps its data from boot to boot. */
export interface Community {
  /** Writes the config anew, so that exactly these plugins are active, and boots. */
  readonly bootWith: (active: readonly FirstParty[]) => Promise<App>;
}

/** Writes the application into a folder of its own. */
export function makeCommunity(database: DatabaseTarget): Community {
  const cwd = join(realpathSync(inject('scratch')), `community-${randomBytes(6).toString('hex')}`);
  const packages = join(cwd, 'node_modules/@headwater');
  mkdirSync(packages, { recursive: true });
  writeFileSync(join(cwd, 'package.json'), JSON.stringify({ name: 'community', private: true, type: 'module' }));
  symlinkSync(join(workspace, 'core/kernel'), join(packages, 'kernel'), 'junction');
  symlinkSync(join(workspace, 'app'), join(packages, 'app'), 'junction');
  for (const name of ['core', 'comments', 'likes', 'messages']) {
    symlinkSync(join(workspace, 'plugins', name), join(packages, `plugin-${name}`), 'junction');
  }
  return {
    bootWith(active) {
      const plugins = Object.fromEntries(
        firstParty.map((name) => [
          name,
          { $enabled: active.includes(name), ...(name === 'app' && { $package: '@headwater/app' }) },
        ]),
      );
      writeFileSync(join(cwd, 'config.json'), JSON.stringify({ database: urlOf(database), core: '@headwater/plugin-core', plugins }));
      return boot({ cwd });
    },
  };
}
