import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { configSchema } from '../../config/config-schema.ts';
import { exitCode } from '../../error/exit-code.ts';
import { kernelError } from '../../error/kernel-codes.ts';
import { explainFileError } from '../../error/file-error.ts';
import { readInstalledPlugins } from '../../plugin/installed-plugins.ts';
import type { Command } from '../command.ts';
import { openConfig } from '../open-project.ts';

/** `kernel config:schema`. */
export const configSchemaCommand: Command = {
  about:
    'Writes config.schema.json beside the config file: the JSON Schema with which an editor completes and checks it, ' +
    'including the options of every installed plugin. To use it, put "$schema": "./config.schema.json" into config.json.',
  options: [
    { flag: 'print', about: 'print the schema instead of writing it' },
    { flag: 'check', about: 'write nothing; exit with 3 if the file is out of date' },
  ],
  examples: [
    { line: 'kernel config:schema', about: 'after a plugin was installed or upgraded' },
    { line: 'kernel config:schema --check', about: 'in continuous integration' },
  ],
  exits: [
    { code: 3, about: 'with --check: the file is out of date' },
    { code: 10, about: 'the config is invalid, or the schema cannot be written' },
  ],
  runsPlugins: true,
  async run(input, context) {
    const config = openConfig(context);
    const schema = configSchema(await readInstalledPlugins(config));
    const text = JSON.stringify(schema, null, 2);
    if (input.switches.has('print')) return { json: schema, text: () => text };
    const check = input.switches.has('check');
    const file = join(dirname(config.file), 'config.schema.json');
    const changed = !existsSync(file) || readFileSync(file, 'utf8') !== `${text}\n`;
    if (changed && !check) write(file, `${text}\n`);
    return {
      exit: changed && check ? exitCode.pending : exitCode.done,
      json: { file, changed },
      text: () => (changed ? `${check ? 'out of date' : 'written'}: ${file}` : `up to date: ${file}`),
    };
  },
};

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw kernelError('CONFIG_UNWRITABLE', { file, reason: explainFileError(error) }, { cause: error });
  }
}
