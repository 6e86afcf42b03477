import { downgrade } from '../../kernel/migrate.ts';
import type { Invocation } from '../command.ts';
import { follow } from '../follow.ts';
import { withSession } from '../open-kernel.ts';
import { reportMigration } from '../report-migration.ts';

/** `kernel migrate:down <target>`. */
export function run(invocation: Invocation): Promise<number> {
  const { io, args } = invocation;
  const [target = ''] = args;
  return withSession(invocation, async ({ config, blueprint, session }) => {
    const options = { session, blueprint, settings: config.upgrade, observer: follow(io) };
    const result = await downgrade(options, target, { cascade: invocation.flag('cascade') });
    return reportMigration(invocation, result, nothingToTake(target));
  });
}

/** The target is kept, which for a branch's own name is its head: rarely what was meant. */
function nothingToTake(target: string): string {
  if (/^[a-z][a-z0-9-]*(@head)?$/.test(target)) {
    const plugin = target.replace(/@head$/, '');
    return (
      `Nothing to take back: "${target}" means the head of its branch, which is kept. ` +
      `The whole branch: kernel migrate:down ${plugin}@base`
    );
  }
  return 'Nothing to take back.';
}
