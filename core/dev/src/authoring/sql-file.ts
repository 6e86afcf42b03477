import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { explainFileError } from '@headwater/kernel/internal/errors';
import { devError } from '../error/dev-codes.ts';

/**
 * Reads a file of SQL in UTF-8, without its byte order mark. Throws SQL_FILE_UNREADABLE, and SQL_FILE_ENCODING for any
 * other encoding, whose characters would be lost.
 */
export function readSqlFile(file: string): string {
  const bytes = readBytes(file);
  const refuse = (problem: string, encoding: string): Error =>
    devError('SQL_FILE_ENCODING', { file, problem, encoding });
  const [first, second] = bytes;
  const hasMark = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  if (hasMark) throw refuse('begins with the byte order mark of UTF-16', 'UTF-16');
  if (bytes.includes(0)) throw refuse('has zero bytes, as UTF-16 has', second === 0 ? 'UTF-16LE' : 'UTF-16BE');
  if (!isUtf8(bytes)) throw refuse(`has an invalid character in line ${invalidLine(bytes)}`, 'LATIN1');
  // Omits the byte order mark.
  return new TextDecoder().decode(bytes);
}

function readBytes(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw devError('SQL_FILE_UNREADABLE', { file, reason: explainFileError(error) }, { cause: error });
  }
}

/** Returns the number of the first line that is not UTF-8. A line break is never part of another character. */
function invalidLine(bytes: Uint8Array): number {
  const lines = Buffer.from(bytes).toString('latin1').split('\n');
  return lines.findIndex((line) => !isUtf8(Buffer.from(line, 'latin1'))) + 1;
}
