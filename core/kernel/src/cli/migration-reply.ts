import type { MigrationResult } from '../migrate/migrate.ts';
import type { Project } from '../open/project.ts';
import type { Observer, RunStep } from '../run/run-context.ts';
import type { Colors } from './colors.ts';
import type { Context, OptionSpec, Reply } from './command.ts';
import { counted, duration } from './format-text.ts';
import { withProject } from './open-project.ts';
import { openProgress } from './progress.ts';

/**
 * Opens the project, runs an upgrade or a downgrade while showing its progress, and replies with the outcome. If there
 * is nothing to do, the reply is the text `nothing`.
 */
export function runMigration(
  context: Context,
  nothing: string,
  run: (project: Project, options: { readonly observer: Observer }) => Promise<MigrationResult>,
): Promise<Reply> {
  return withProject(context, async (project) => {
    const { observer, end } = openProgress(context);
    const { emit } = context;
    const began = performance.now();
    try {
      const result = await run(project, { observer: emit === null ? observer : emittingObserver(emit) });
      return replyWith(result, performance.now() - began, nothing);
    } finally {
      end();
    }
  });
}

/** The option of commands that run revisions. */
export const jsonLines: OptionSpec = {
  flag: 'json-lines',
  about: 'in place of --json: print each event as a line of JSON when it happens, the outcome last',
};

/** Returns an observer that writes each event as a line of `--json-lines`. */
function emittingObserver(emit: NonNullable<Context['emit']>): Observer {
  const plain = ({ id, direction }: RunStep): RunStep => ({ id, direction });
  return {
    plans: (steps, runId) => emit({ event: 'plan', runId, steps: steps.map(plain) }),
    begins: ({ id, direction }, position, total) => emit({ event: 'begin', revision: id, direction, position, total }),
    waits: (reason, step) => emit({ event: 'wait', reason, revision: step?.id ?? null }),
    commits: (steps, milliseconds) =>
      emit({ event: 'commit', steps: steps.map(plain), milliseconds: Math.round(milliseconds) }),
  };
}

/** Replies with the outcome of a migration, including one that failed halfway. */
function replyWith(result: MigrationResult, milliseconds: number, nothing: string): Reply {
  const { runId, plan, error } = result;
  const applied = result.applied.map(({ id }) => id);
  const dormant = result.dormant.map(({ id }) => id);
  const ahead = result.ahead.map(({ id }) => id);
  return {
    json: { runId, plan, applied, dormant, ahead, error },
    text: (colors) => {
      const lines = plan.steps.length === 0 ? [nothing] : appliedLines(result, milliseconds, colors);
      return [...lines, ...ledgerWarnings(dormant, ahead, colors)].join('\n');
    },
    ...(error !== null && { error }),
  };
}

function appliedLines(
  { plan, applied, error }: MigrationResult,
  milliseconds: number,
  colors: Colors,
): readonly string[] {
  const verb = plan.steps[0]?.direction === 'down' ? 'reverted' : 'applied';
  const others = plan.steps.length - applied.length;
  return [
    ...applied.map(({ id, direction }) =>
      direction === 'up' ? `${colors.green('+')} ${id}` : `${colors.red('-')} ${id}`,
    ),
    ...(applied.length > 0 ? [`${counted(applied.length, 'revision')} ${verb} in ${duration(milliseconds)}.`] : []),
    ...(others > 0 && error === null ? [`${counted(others, 'revision')} ${verb} by another process meanwhile.`] : []),
  ];
}

/** Returns warnings about ledger rows whose revisions are in no active plugin. */
export function ledgerWarnings(
  dormant: readonly string[],
  ahead: readonly string[],
  colors: Colors,
): readonly string[] {
  const warning = colors.yellow('warning');
  const plugins = Map.groupBy(dormant, (id) => id.slice(0, id.indexOf('@')));
  return [
    ...Array.from(plugins, ([plugin, { length }]) => {
      const kept = length === 1 ? 'its revision and data stay' : `its ${length} revisions and data stay`;
      return `${warning}: ${plugin} is dormant: ${kept}, its plugin is not active`;
    }),
    ...(ahead.length === 0
      ? []
      : [
          `${warning}: the database has newer revisions that this code does not know but is compatible with:`,
          ...ahead.map((id) => `  ${id}`),
        ]),
  ];
}
