import type { MigrationResult } from '../kernel/migrate.ts';
import { counted } from './columns.ts';
import type { Invocation } from './command.ts';
import { errorJson, printError } from './print-error.ts';

/** Prints what a migration came to, an error that ended it half-way included. Gives the exit code. */
export function reportMigration({ io, json, debug }: Invocation, result: MigrationResult, nothing: string): number {
  const { error, applied, plan, dormant, ahead, runId } = result;
  io.progress('');
  if (json) {
    io.json({
      runId,
      plan,
      applied: applied.map((step) => step.id),
      dormant: dormant.map((row) => row.id),
      ahead: ahead.map((row) => row.id),
      ...(error === null ? { error: null } : errorJson(error)),
    });
    return error?.exitCode ?? 0;
  }
  for (const { id, direction } of applied) io.line(`${io.style('green', direction === 'up' ? '+' : '-')} ${id}`);
  const others = plan.steps.length - applied.length;
  if (applied.length > 0) {
    const done = applied[0]?.direction === 'down' ? 'taken back' : 'applied';
    io.line(`${counted(applied.length, 'revision')} ${done}.`);
  }
  if (error === null && others > 0) io.line(`${counted(others, 'revision')} applied by other processes meanwhile.`);
  if (plan.steps.length === 0) io.line(nothing);
  warnOf(
    { io },
    dormant.map((row) => row.id),
    ahead.map((row) => row.id),
  );
  if (error === null) return 0;
  printError(io, error, debug);
  return error.exitCode;
}

/** Says what the ledger holds that no active code stands for. */
export function warnOf({ io }: Pick<Invocation, 'io'>, dormant: readonly string[], ahead: readonly string[]): void {
  const mark = io.style('yellow', '!');
  const plugins = [...new Set(dormant.map((id) => id.split('@')[0] ?? id))];
  for (const plugin of plugins) {
    const n = dormant.filter((id) => id.startsWith(`${plugin}@`)).length;
    io.line(`${mark} ${plugin} is dormant: not active, its ${counted(n, 'revision')} and its data stay`);
  }
  if (ahead.length > 0) io.line(`${mark} the database is ahead of this code, compatibly: ${ahead.join(', ')}`);
}
