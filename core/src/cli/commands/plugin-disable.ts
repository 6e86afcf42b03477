import { readFileSync } from 'node:fs';
import { disablePlugin, writeConfig } from '../../config/edit.ts';
import { readConfig } from '../../config/read-config.ts';
import { KernelError } from '../../error/kernel-error.ts';
import { nearest } from '../../error/nearest.ts';
import { loadBlueprint } from '../../kernel/blueprint.ts';
import type { Invocation } from '../command.ts';
import { openConfig } from '../open-kernel.ts';

/** `kernel plugin:disable <name>`. */
export async function run(invocation: Invocation): Promise<number> {
  const { io, json, args, env } = invocation;
  const [name = ''] = args;
  const { file, plugins } = openConfig(invocation);
  const before = readFileSync(file, 'utf8');
  const after = disablePlugin(before, name, file);
  if (!plugins.has(name)) {
    throw new KernelError('PLUGIN_NOT_LISTED', { plugin: name, file, nearest: nearest(name, [...plugins.keys()]) });
  }
  const changed = after !== before;
  if (changed) {
    // An active plugin that requires it is a refusal of the next start, so it is one of this.
    await loadBlueprint(readConfig(file, env, after));
    writeConfig(file, after);
  }
  if (json) io.json({ plugin: name, changed, file });
  else if (changed) {
    io.line(`${name} is switched off in ${file}. Its tables, columns and data stay.`);
    io.line(`To remove them too: npx kernel migrate:down ${name}@base`);
  } else io.line(`${name} is switched off already.`);
  return 0;
}
