import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { shortMessage } from '../error/short-message.ts';

/** Syntax in a plugin's sources that Node cannot run without a compiler. */
export interface UncompiledSyntax {
  /** With the line, where it is known. */
  readonly file: string;
  readonly syntax: string;
}

/**
 * Explains why Node cannot import the sources at `entry`: it strips types, and neither compiles decorators nor syntax
 * like parameter properties. Returns `null` if `cause` is another error.
 */
export function findUncompiled(entry: string, cause: unknown): UncompiledSyntax | null {
  if (!(cause instanceof SyntaxError)) return null;
  // Node's own check of TypeScript syntax that is more than types. The stack begins with the place.
  if ('code' in cause && cause.code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX') {
    const [, file = entry] = /^file:\/\/(\S+)/.exec(cause.stack ?? '') ?? [];
    return { file, syntax: shortMessage(cause) };
  }
  // V8 names neither the file nor the character.
  return cause.message === 'Invalid or unexpected token' ? findDecorator(dirname(entry)) : null;
}

const sourceFile = /\.[mc]?[jt]s$/;
const decorator = /^\s*@[A-Za-z_$][\w$.]*(?:\(|\s*$)/;

function findDecorator(folder: string): UncompiledSyntax | null {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (file) => sourceFile.test(file) && !file.includes('node_modules'),
  );
  for (const file of files.toSorted()) {
    const lines = readFileSync(join(folder, file), 'utf8').split('\n');
    const at = lines.findIndex((line) => decorator.test(line));
    if (at >= 0) return { file: `${join(folder, file)}:${at + 1}`, syntax: `the decorator ${lines[at]?.trim()}` };
  }
  return null;
}
