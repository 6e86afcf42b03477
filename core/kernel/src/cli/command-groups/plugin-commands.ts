import { fromDev, type CommandEntry } from './command-entry.ts';

/** The commands about plugins and their packages. */
export const pluginCommands: readonly CommandEntry[] = [
  {
    name: 'plugin:list',
    summary: 'list active, disabled and other installed plugins',
    group: 'Plugins',
    from: 'kernel',
    load: async () => (await import('../commands/plugin-list.ts')).pluginList,
  },
  {
    name: 'plugin:enable',
    summary: 'activate an installed plugin in config.json',
    group: 'Plugins',
    from: 'kernel',
    load: async () => (await import('../commands/plugin-enable.ts')).pluginEnable,
  },
  {
    name: 'plugin:disable',
    summary: 'deactivate a plugin; its data stays',
    group: 'Plugins',
    from: 'kernel',
    load: async () => (await import('../commands/plugin-disable.ts')).pluginDisable,
  },
  {
    name: 'plugin:uninstall',
    summary: 'show or drop all that a plugin has in the database',
    group: 'Plugins',
    from: 'kernel',
    load: async () => (await import('../commands/plugin-uninstall.ts')).pluginUninstall,
  },
  {
    name: 'plugin:add',
    summary: 'install a plugin, after showing what it will do',
    group: 'Plugins',
    from: 'kernel',
    load: async () => (await import('../commands/plugin-add.ts')).pluginAdd,
  },
  {
    name: 'plugin:update',
    summary: 'install the newest version of plugins',
    group: 'Plugins',
    from: 'kernel',
    load: async () => (await import('../commands/plugin-update.ts')).pluginUpdate,
  },
  {
    name: 'plugin:remove',
    summary: 'remove a plugin and its package; its data stays',
    group: 'Plugins',
    from: 'kernel',
    load: async () => (await import('../commands/plugin-remove.ts')).pluginRemove,
  },
  {
    name: 'plugin:lock',
    summary: 'record the installed plugins and their revisions',
    group: 'Plugins',
    from: 'kernel',
    load: async () => (await import('../commands/plugin-lock.ts')).pluginLock,
  },
  {
    name: 'plugin:create',
    summary: 'create a plugin that can be tested and run',
    group: 'Plugins',
    from: 'dev',
    load: fromDev('plugin:create'),
  },
  {
    name: 'plugin:build',
    summary: 'write the manifest for publishing a plugin',
    group: 'Plugins',
    from: 'dev',
    load: fromDev('plugin:build'),
  },
  {
    name: 'plugin:verify',
    summary: 'check a built plugin before it is published',
    group: 'Plugins',
    from: 'dev',
    load: fromDev('plugin:verify'),
  },
  {
    name: 'plugin:prepack',
    summary: 'remove paths to sources from package.json for npm pack',
    group: 'Plugins',
    from: 'dev',
    load: fromDev('plugin:prepack'),
  },
];
