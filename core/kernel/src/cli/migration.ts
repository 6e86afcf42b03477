import type { MigrationOptions, MigrationResult } from '../migrate/migrate.ts';
import { now } from './clock.ts';
import { counted, duration } from './columns.ts';
import type { Context, Reply } from './command.ts';
import type { Paint } from './paint.ts';
import { openProgress } from './progress.ts';
import { withProject } from './project.ts';

/** Opens the project, migrates it as `run` says, and follows that. `nothing` is what an empty plan is told by. */
export function runMigration(
  context: Context,
  nothing: string,
  run: (options: MigrationOptions) => Promise<MigrationResult>,
): Promise<Reply> {
  return withProject(context, async ({ config, blueprint, session }) => {
    const { observer, end } = openProgress(context);
    const began = now();
    try {
      const result = await run({ session, blueprint, settings: config.upgrade, observer });
      return replyOf(result, now() - began, nothing);
    } finally {
      end();
    }
  });
}

/** What a migration came to, also where something ended it half-way. */
function replyOf(result: MigrationResult, milliseconds: number, nothing: string): Reply {
  const { runId, plan, error } = result;
  const applied = result.applied.map(({ id }) => id);
  const dormant = result.dormant.map(({ id }) => id);
  const ahead = result.ahead.map(({ id }) => id);
  return {
    json: { runId, plan, applied, dormant, ahead, error },
    text: (paint) => {
      const lines = plan.steps.length === 0 ? [nothing] : explainApplied(result, milliseconds, paint);
      return [...lines, ...explainUnknown(dormant, ahead, paint)].join('\n');
    },
    ...(error !== null && { error }),
  };
}

function explainApplied(
  { plan, applied, error }: MigrationResult,
  milliseconds: number,
  paint: Paint,
): readonly string[] {
  const verb = plan.steps[0]?.direction === 'down' ? 'taken away' : 'applied';
  const others = plan.steps.length - applied.length;
  return [
    ...applied.map(({ id, direction }) =>
      direction === 'up' ? `${paint.green('+')} ${id}` : `${paint.red('-')} ${id}`,
    ),
    ...(applied.length > 0 ? [`${counted(applied.length, 'revision')} ${verb} in ${duration(milliseconds)}.`] : []),
    ...(others > 0 && error === null ? [`${counted(others, 'revision')} ${verb} by another process meanwhile.`] : []),
  ];
}

/** Warnings of what the ledger holds that no active code stands for. */
export function explainUnknown(dormant: readonly string[], ahead: readonly string[], paint: Paint): readonly string[] {
  const warning = paint.yellow('warning');
  const plugins = Map.groupBy(dormant, (id) => id.slice(0, id.indexOf('@')));
  return [
    ...Array.from(plugins, ([plugin, { length }]) => {
      const what = length === 1 ? 'its revision and data stay' : `its ${length} revisions and data stay`;
      return `${warning}: ${plugin} is dormant: ${what}, its plugin is not active`;
    }),
    ...(ahead.length === 0
      ? []
      : [
          `${warning}: the database is ahead of this code, in a way that it can live with:`,
          ...ahead.map((id) => `  ${id}`),
        ]),
  ];
}
