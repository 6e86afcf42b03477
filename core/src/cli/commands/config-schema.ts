import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { configSchema } from '../../config/config-schema.ts';
import { exitCode } from '../../error/exit-code.ts';
import { KernelError } from '../../error/kernel-error.ts';
import { systemReason } from '../../error/system-reason.ts';
import { readInstalledPlugins } from '../../plugin/installed-plugins.ts';
import type { Invocation } from '../command.ts';
import { openConfig } from '../open-kernel.ts';

/** `kernel config:schema`. */
export async function run(invocation: Invocation): Promise<number> {
  const { io, json } = invocation;
  const config = openConfig(invocation);
  const schema = configSchema(await readInstalledPlugins(config));
  if (invocation.flag('print')) {
    io.json(schema);
    return 0;
  }
  const file = join(dirname(config.file), 'config.schema.json');
  const text = `${JSON.stringify(schema, null, 2)}\n`;
  const changed = !existsSync(file) || readFileSync(file, 'utf8') !== text;
  const late = changed && invocation.flag('check');
  if (changed && !late) write(file, text);
  if (json) io.json({ file, changed });
  else io.line(changed ? `${late ? 'out of date' : 'wrote'} ${file}` : `${file} is up to date.`);
  return late ? exitCode.pending : exitCode.done;
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new KernelError('CONFIG_UNWRITABLE', { file, reason: systemReason(error) }, { cause: error });
  }
}
