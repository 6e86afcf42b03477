import { expect } from 'vitest';
import { makeProject, type PluginSketch, type Project } from '../../../../test/helper/project.ts';
import { complaintIn, openTrap } from './support.ts';

/** An invalid project and the expected error. */
export interface InvalidInput {
  /** The name of the test case. */
  readonly input: string;
  /** The plugins other than plugin zero. */
  readonly plugins?: Readonly<Record<string, PluginSketch>>;
  /** Makes the project invalid. */
  readonly spoil?: (project: Project) => void;
  /** Default: `migrate:up`. */
  readonly command?: string;
  readonly code: string;
  readonly exit: number;
  readonly says: readonly (string | RegExp)[];
  /** Whether the error asks the ledger for what it does not know. Default: false. */
  readonly asksLedger?: boolean;
}

/** A plugin zero with one revision. */
export const core: PluginSketch = { revisions: { '0001_base': 'select 1' } };

/** A plugin with one revision. */
export const likes: PluginSketch = { revisions: { '0001_create_like': 'select 1' } };

/** Checks that an invalid input is refused before anything connects, and returns the text of the error. */
export async function complaintAbout({
  plugins = {},
  spoil,
  command,
  code,
  exit,
  says,
  asksLedger = false,
}: InvalidInput): Promise<string> {
  const trap = await openTrap();
  const project = await makeProject({ plugins: { core, ...plugins }, database: trap.url });
  spoil?.(project);
  const shown = complaintIn(await project.kernel(...(command ?? 'migrate:up').split(' ')), exit);
  expect(shown).toContain(`error ${code}: `);
  for (const part of says) {
    if (typeof part === 'string') expect(shown).toContain(part);
    else expect(shown).toMatch(part);
  }
  expect(trap.calls()).toBe(asksLedger ? 1 : 0);
  return shown;
}

/** Lists a plugin in config.json. */
export function listed(name: string, entry: object = {}): (project: Project) => void {
  return (project) => project.reconfigure((config) => (config.plugins[name] = entry));
}
