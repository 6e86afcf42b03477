import { randomBytes } from 'node:crypto';
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';

const workspace = join(import.meta.dirname, '../..');

/**
 * Copies the kernel with one deliberate bug and returns the path of its command. Each fault test runs against a mutant
 * too, to prove that it can fail. Throws if the replaced text is not in the file.
 */
export function mutant(name: string, file: string, from: string | RegExp, to: string): string {
  const directory = join(inject('memory'), `mutant-${name}-${randomBytes(4).toString('hex')}`);
  for (const part of ['bin', 'src', 'package.json']) {
    cpSync(join(workspace, 'core/kernel', part), join(directory, part), { recursive: true });
  }
  symlinkSync(join(workspace, 'node_modules'), join(directory, 'node_modules'));
  const path = join(directory, 'src', file);
  const text = readFileSync(path, 'utf8');
  const mutated = text.replace(from, () => to);
  if (mutated === text)
    throw new Error(`the mutant "${name}" finds nothing to replace in ${file}; adapt it to the source`);
  writeFileSync(path, mutated);
  return join(directory, 'bin/kernel.js');
}
