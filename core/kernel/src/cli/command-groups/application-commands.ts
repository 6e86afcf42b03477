import { fromDev, type CommandEntry } from './command-entry.ts';

/** The commands of an application as a whole. */
export const applicationCommands: readonly CommandEntry[] = [
  {
    name: 'start',
    summary: 'upgrade the database, start the plugins, stay up',
    group: 'Application',
    from: 'kernel',
    load: async () => (await import('../commands/start.ts')).start,
  },
  {
    name: 'dev',
    summary: 'run the application, and reload it when sources change',
    group: 'Application',
    from: 'dev',
    load: fromDev('dev'),
  },
  {
    name: 'why',
    summary: 'show who owns a table, column, entity or token',
    group: 'Application',
    from: 'kernel',
    load: async () => (await import('../commands/why.ts')).why,
  },
  {
    name: 'doctor',
    summary: 'examine packages, config, database and ledger',
    group: 'Application',
    from: 'kernel',
    load: async () => (await import('../commands/doctor.ts')).doctor,
  },
];
