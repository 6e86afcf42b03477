import type { DatabaseTarget } from '../../../core/kernel/src/config/config.ts';
import { ok } from '../../../core/kernel/test/cli/support.ts';
import { copyDatabase, dropDatabase, emptyDatabase, urlOf, type DatabaseKind } from '../../helper/database.ts';
import type { Project } from '../../helper/project.ts';
import { applied, hasAdditions, writeApplication } from './application.ts';
import { isWriting, runSteps, type Outcome } from './run-row.ts';

/** Environment variables. */
type Environment = Readonly<Record<string, string>>;

/** Runs steps in the application. Equal steps are run once, with the same outcome for all. */
export type Run = (steps: readonly string[], env?: Environment) => Promise<Outcome>;

/** Runs steps in an application whose database is a copy of one in the state that docs/commands.md describes. */
export interface Runner {
  readonly prepare: () => Promise<void>;
  readonly run: Run;
}

/** Returns a runner on one kind of database. */
export function openRunner(kind: DatabaseKind): Runner {
  let base: DatabaseTarget;
  let shared: Project;
  const outcomes = new Map<string, Promise<Outcome>>();
  const runNew: Run = async (steps, env) => {
    const isOwn = steps.some(isWriting) || hasAdditions(steps);
    // An embedded database serves one process at a time.
    if (!isOwn && kind === 'postgres') return runSteps(steps, shared, { ...env, DATABASE_URL: urlOf(base) });
    const database = await copyDatabase(base);
    try {
      const project = isOwn ? await writeApplication(steps) : shared;
      return await runSteps(steps, project, { ...env, DATABASE_URL: urlOf(database) });
    } finally {
      if (database.kind === 'postgres') await dropDatabase(database);
    }
  };
  return {
    async prepare() {
      [base, shared] = [await emptyDatabase(kind), await writeApplication()];
      ok(await shared.kernelWith({ env: { DATABASE_URL: urlOf(base) } }, 'migrate:up', ...applied));
    },
    run(steps, env = {}) {
      const key = JSON.stringify([steps, env]);
      const outcome = outcomes.get(key) ?? runNew(steps, env);
      outcomes.set(key, outcome);
      return outcome;
    },
  };
}
