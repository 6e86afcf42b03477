import type { CommandEntry } from './command-entry.ts';

/** The commands about the config and the shell. */
export const projectCommands: readonly CommandEntry[] = [
  {
    name: 'config:check',
    summary: 'check config, plugins, options and revisions',
    group: 'Configuration',
    from: 'kernel',
    load: async () => (await import('../commands/config-check.ts')).configCheck,
  },
  {
    name: 'config:schema',
    summary: 'write the JSON Schema of config.json for editors',
    group: 'Configuration',
    from: 'kernel',
    load: async () => (await import('../commands/config-schema.ts')).configSchemaCommand,
  },
  {
    name: 'completion',
    summary: 'print a completion script for a shell',
    group: 'Shell',
    from: 'kernel',
    load: async () => (await import('../commands/completion.ts')).completion,
  },
  {
    name: '__complete',
    summary: 'list possible next words, for that script',
    group: null,
    from: 'kernel',
    load: async () => (await import('../commands/complete.ts')).complete,
  },
];
