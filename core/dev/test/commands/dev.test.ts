import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeProject } from '../../../../test/helper/project.ts';

const entities = (more = ''): string => `
  const schema = defineEntity({ name: 'Note', tableName: 'notes_note', properties: { id: p.integer().primary(), ${more} } });
  export class Note extends schema.class {}
  schema.setClass(Note);
  export const entities = [Note];
  export const extend = [];
`;

/** The source of a plugin that prints a line when it starts. */
const printing = (line: string): string => `import { definePlugin } from '@headwater/kernel/plugin';
import { entities } from './entities.js';
export default definePlugin({ name: 'notes', entities, start() { console.log('${line}'); } });
`;

it('kernel dev reloads the application, and says that entities need a revision', async () => {
  const up = 'create table notes_note (id serial primary key)';
  const notes = { requiresCore: false, entities: entities(), revisions: { '0001_a': { up } } };
  const project = await makeProject({ plugins: { notes } });
  const index = 'plugins/notes/src/index.js';
  project.write('plugins/notes/revisions.lock.json', '{ "declared": ["table notes_note"] }\n');
  project.write(index, printing('the first'));
  const { child, says, finished, output } = project.start('dev');
  try {
    await says('the first');
    project.writeEntities('notes', entities('text: p.text()'));
    await says('add column notes_note.text text');
    await says('fix: npx kernel migrate:create notes');
    project.write(index, printing('the second'));
    await says('the second');
    project.write(index, `${printing('never')} throw new Error('a mistake');`);
    await says('It starts again after the next change.');
    project.write(index, printing('the third'));
    await says('the third');
    await expect.poll(() => existsSync(join(project.cwd, 'config.schema.json')), { timeout: 60_000 }).toBe(true);
  } finally {
    child.kill('SIGTERM');
  }
  expect(await finished, output()).toMatchObject({ code: 0, signal: null });
});
