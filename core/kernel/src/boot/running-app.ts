import type { BindContext } from '../contract/bind.ts';
import type { Connections } from '../db/connections.ts';
import type { BootReport } from './boot-report.ts';
import type { LoadedApp } from './load-app.ts';

/** An application whose database is open, as the services of the kernel see it. */
export interface RunningApp extends LoadedApp {
  readonly connections: Connections;
  /** Returns the report of its boot; `null` until all plugins have started. */
  readonly report: () => BootReport | null;
}

/** Binds services of the kernel. `running` returns the application, and throws until its database is open. */
export type KernelBind = (context: Pick<BindContext, 'bind'>, running: () => RunningApp) => void;
