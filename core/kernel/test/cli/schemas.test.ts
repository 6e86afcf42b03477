import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { commandTable } from '../../src/cli/command-table.ts';

const folder = join(import.meta.dirname, '../../schemas');

it('every command has a published schema of its --json, and no schema is left over', () => {
  const files = readdirSync(folder).toSorted();
  const commands = commandTable.map(({ name }) => `${name.replace(':', '-')}.json`);
  expect(files).toEqual([...commands, 'error.json', 'migrate-up-lines.json'].toSorted());
});

it.each(commandTable.map(({ name }) => name))('the schema of %s names its command', (name) => {
  const schema: unknown = JSON.parse(readFileSync(join(folder, `${name.replace(':', '-')}.json`), 'utf8'));
  expect(schema).toMatchObject({ title: expect.stringContaining(`kernel ${name} --json`) as unknown });
});
