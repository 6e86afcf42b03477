import { upgrade } from '../../kernel/migrate.ts';
import type { Invocation } from '../command.ts';
import { follow } from '../follow.ts';
import { withSession } from '../open-kernel.ts';
import { reportMigration } from '../report-migration.ts';

/** `kernel migrate:up [target…]`. */
export function run(invocation: Invocation): Promise<number> {
  const { io, args } = invocation;
  return withSession(invocation, async ({ config, blueprint, session }) => {
    const targets = args.length === 0 ? 'heads' : args;
    const settings = config.upgrade;
    const result = await upgrade({ session, blueprint, settings, observer: follow(io) }, targets);
    return reportMigration(invocation, result, 'Nothing is pending.');
  });
}
