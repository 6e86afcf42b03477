import { resolve } from 'node:path';
import { exitCode } from '../../error/exit-code.ts';
import { buildPlugin } from '../../plugin/build-plugin.ts';
import { counted } from '../columns.ts';
import type { Invocation } from '../command.ts';

/** `kernel plugin:build [folder]`. */
export async function run(invocation: Invocation): Promise<number> {
  const { io, json, cwd, args } = invocation;
  const check = invocation.flag('check');
  const { manifest, added, changed } = await buildPlugin(resolve(cwd, args[0] ?? '.'), { check });
  const late = check && changed.length > 0;
  if (json)
    io.json({
      plugin: manifest.plugin,
      version: manifest.version,
      revisions: manifest.revisions.length,
      added,
      changed,
    });
  else {
    io.line(`${manifest.plugin} ${manifest.version}: ${counted(manifest.revisions.length, 'revision')}`);
    for (const id of added) io.line(`${io.style('green', '+')} ${id}`);
    for (const file of changed) io.line(`${late ? 'out of date' : 'wrote'} ${file}`);
    if (changed.length === 0) io.line('Nothing has changed.');
  }
  return late ? exitCode.pending : exitCode.done;
}
