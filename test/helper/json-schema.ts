import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { z } from 'zod';

function fileOf(command: string): string {
  return join(import.meta.dirname, '../../core/kernel/schemas', `${command.replace(':', '-')}.json`);
}

/** Whether the kernel publishes a schema for a command. */
export function hasPublishedSchema(command: string): boolean {
  return existsSync(fileOf(command));
}

/** Checks that a document of `--json` matches the schema that the kernel publishes for its command. */
export function expectPublished(command: string, document: unknown): void {
  // A schema is checked when it is converted.
  const schema = JSON.parse(readFileSync(fileOf(command), 'utf8')) as Parameters<typeof z.fromJSONSchema>[0];
  const { error } = z.fromJSONSchema(schema).safeParse(document);
  expect(error?.issues ?? [], `${command} --json: ${JSON.stringify(document)}`).toEqual([]);
}
