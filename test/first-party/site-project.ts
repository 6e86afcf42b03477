import { randomBytes } from 'node:crypto';
import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
import { boot, open, type App, type Kernel } from '../../core/kernel/src/index.ts';

const workspace = join(import.meta.dirname, '../..');
const folders: Readonly<Record<string, string>> = { kernel: 'core/kernel', app: 'app' };
const plugins = ['accounts', 'comments', 'core', 'http', 'likes', 'messages', 'moderation', 'site'];

/** An application with a site, of which several processes may run. */
export interface SiteProject {
  /** Writes the config with these plugins beside plugin zero, by name with their options, and starts a process. */
  readonly start: (active: Readonly<Record<string, object>>) => Promise<App>;
  /** Writes the config, and opens it without starting anything. */
  readonly open: (active: Readonly<Record<string, object>>) => Promise<Kernel>;
}

/** Writes the application to a new folder. */
export function makeSiteProject(database: string): SiteProject {
  const cwd = join(realpathSync(inject('scratch')), `site-${randomBytes(6).toString('hex')}`);
  const modules = join(cwd, 'node_modules/@headwater');
  mkdirSync(modules, { recursive: true });
  for (const [name, folder] of Object.entries(folders)) symlinkSync(join(workspace, folder), join(modules, name));
  for (const name of plugins) symlinkSync(join(workspace, 'plugins', name), join(modules, `plugin-${name}`));
  writeFileSync(join(cwd, 'package.json'), JSON.stringify({ name: 'replicas', private: true, type: 'module' }));
  const config = join(cwd, 'config.json');
  const write = (active: Readonly<Record<string, object>>): void =>
    writeFileSync(config, JSON.stringify({ database, core: '@headwater/plugin-core', plugins: active }));
  return {
    start(active) {
      write(active);
      return boot({ cwd });
    },
    open(active) {
      write(active);
      return open({ config, root: cwd });
    },
  };
}
