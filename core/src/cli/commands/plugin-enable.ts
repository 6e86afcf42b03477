import { readFileSync } from 'node:fs';
import { enablePlugin, writeConfig } from '../../config/edit.ts';
import { readConfig } from '../../config/read-config.ts';
import { loadBlueprint } from '../../kernel/blueprint.ts';
import { checkOptions } from '../../plugin/check-options.ts';
import { loadRunningHalf } from '../../plugin/load-running-half.ts';
import type { Invocation } from '../command.ts';
import { openConfig } from '../open-kernel.ts';

/** `kernel plugin:enable <name>`. */
export async function run(invocation: Invocation): Promise<number> {
  const { io, json, args, env } = invocation;
  const [name = ''] = args;
  const { file } = openConfig(invocation);
  const before = readFileSync(file, 'utf8');
  const after = enablePlugin(before, name, file);
  const changed = after !== before;
  // What a start would refuse is refused here, before config.json changes.
  const config = readConfig(file, env, after);
  const { set } = await loadBlueprint(config);
  const plugin = set.byName.get(name);
  if (plugin !== undefined) {
    await checkOptions(plugin, await loadRunningHalf(plugin), config.plugins.get(name), file);
  }
  if (changed) writeConfig(file, after);
  const { package: from = null, version = null } = plugin ?? {};
  if (json) io.json({ plugin: name, package: from, version, changed, file });
  else if (changed) {
    io.line(`${name} (${from ?? '?'} ${version ?? ''}) is active in ${file}.`);
    io.line('Its revisions run at the next start, or now: npx kernel migrate:up');
  } else io.line(`${name} is active already.`);
  return 0;
}
