import { readState } from '../../kernel/state.ts';
import { statusOf } from '../../kernel/status.ts';
import { exitCode } from '../../error/exit-code.ts';
import { columns, counted } from '../columns.ts';
import type { Invocation } from '../command.ts';
import { withSession } from '../open-kernel.ts';

/** `kernel migrate:status`. */
export function run(invocation: Invocation): Promise<number> {
  const { io, json } = invocation;
  return withSession(invocation, async ({ config, blueprint, session }) => {
    const state = await readState(session, blueprint);
    const branches = statusOf(blueprint, state);
    const pending = branches.flatMap((branch) => branch.pending);
    const code = pending.length > 0 ? exitCode.pending : exitCode.done;
    if (json) {
      const dormant = state.history.dormant.map((row) => row.id);
      const ahead = state.history.ahead.map((row) => row.id);
      io.json({ database: config.database.shown, branches, pending, dormant, ahead });
      return code;
    }
    io.line(`database ${config.database.shown}`);
    const rows = branches.map((branch) => [
      branch.plugin,
      branch.state === 'dormant'
        ? 'dormant'
        : branch.ahead.length > 0
          ? 'ahead'
          : branch.pending.length > 0
            ? 'pending'
            : 'ok',
      `${branch.applied} applied`,
      branch.pending.length > 0 ? `${branch.pending.length} pending` : '',
      branch.current.join(', '),
    ]);
    for (const line of columns(rows)) io.line(`  ${line}`);
    io.line(
      pending.length > 0 ? `${counted(pending.length, 'revision')} pending: kernel migrate:up` : 'Nothing is pending.',
    );
    return code;
  });
}
