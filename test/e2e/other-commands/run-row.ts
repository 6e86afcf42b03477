import { readFileSync, writeFileSync } from 'node:fs';
import type { Project } from '../../helper/project.ts';

/** The outcome of the steps of a row. */
export interface Outcome {
  /** What all steps have printed, both streams. */
  readonly output: string;
  /** The exit code of the last step. */
  readonly code: number | null;
  /** The steps before the last that failed. */
  readonly failed: readonly string[];
}

/** The commands that change the database, a file or the config. */
const writing =
  /kernel (?:start|migrate:(?:up|down|stamp|create|merge|adopt)|plugin:(?:create|enable|disable|build|lock|uninstall)|config:schema)/;

/** Whether a step changes the database, a file or the config. */
export function isWriting(step: string): boolean {
  return step.startsWith('"') || (writing.test(step) && !/ --(?:dry-run|check)\b/.test(step));
}

/** Runs the steps of a row in an application, with these environment variables besides those of the steps. */
export async function runSteps(
  steps: readonly string[],
  project: Project,
  inherited: Readonly<Record<string, string>>,
): Promise<Outcome> {
  let output = '';
  let code: number | null = null;
  const failed: string[] = [];
  for (const [i, step] of steps.entries()) {
    if (step.startsWith('"')) {
      addToConfig(project, step);
      continue;
    }
    const { env, words } = parsed(step);
    const done = await project.kernelWith({ env: { ...inherited, ...env } }, ...words);
    output += done.stdout + done.stderr;
    code = done.code;
    if (code !== 0 && i < steps.length - 1) failed.push(step);
  }
  return { output, code, failed };
}

/** Splits `NAME=value kernel command "two words"` as a shell does. */
function parsed(step: string): { readonly env: Readonly<Record<string, string>>; readonly words: readonly string[] } {
  const [before = '', after] = step.split(/(?:^|(?<= ))kernel /);
  if (after === undefined) throw new Error(`neither a command nor a fragment of config.json: ${step}`);
  const assigned = before.split(' ').filter((word) => word !== '');
  return {
    env: Object.fromEntries(assigned.map((word) => word.split('=') as [string, string])),
    words: Array.from(after.matchAll(/"([^"]*)"|\S+/g), ([word, quoted]) => quoted ?? word),
  };
}

/** Adds a fragment to config.json: the keys of a section that is there already, or a section. */
function addToConfig({ config }: Project, fragment: string): void {
  const before = JSON.parse(readFileSync(config, 'utf8')) as Record<string, unknown>;
  const added = JSON.parse(`{${fragment}}`) as Record<string, object>;
  for (const [key, section] of Object.entries(added)) {
    const existing = before[key];
    before[key] = typeof existing === 'object' ? { ...existing, ...section } : section;
  }
  writeFileSync(config, JSON.stringify(before));
}
