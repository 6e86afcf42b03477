import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { z } from 'zod';

function fileOf(command: string): string {
  return join(import.meta.dirname, '../../core/kernel/schemas', `${command.replace(':', '-')}.json`);
}

/**
 * Checks that a document of `--json` matches the schema that the kernel publishes for its command; that of an error is
 * `error`.
 */
export function expectPublished(command: string, document: unknown): void {
  // A schema is checked when it is converted.
  const schema = JSON.parse(readFileSync(fileOf(command), 'utf8')) as Parameters<typeof z.fromJSONSchema>[0];
  const { error } = z.fromJSONSchema(schema).safeParse(document);
  expect(error?.issues ?? [], `${command} --json: ${JSON.stringify(document)}`).toEqual([]);
}
