import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { Users } from '@headwater/plugin-core';
import { startTestKernel } from '@headwater/dev/testing';
import { Notes } from '../src/index.ts';
import { run as recount } from '../src/recount-command.ts';

const app = await startTestKernel({ config: { 'my-plugin': { perUser: 2 } } });
after(() => app.stop());
beforeEach(() => app.reset());

const notes = app.get(Notes);
const newUser = async (name: string): Promise<number> => (await app.get(Users).create({ name })).id;

test('a user has as many notes as the user wrote', () =>
  app.run(async () => {
    const [ada, grace] = [await newUser('ada'), await newUser('grace')];
    await notes.add(ada, 'one');
    await notes.add(ada, 'two');
    await notes.add(grace, 'three');
    assert.equal(await notes.countOf(ada), 2);
    assert.deepEqual(
      (await notes.latest(10)).map(({ text }) => text),
      ['three', 'two', 'one'],
    );
    assert.deepEqual(
      (await notes.latest(10, grace)).map(({ author }) => author),
      ['grace'],
    );
  }));

test('a user has no more notes than the option allows', () =>
  app.run(async () => {
    const ada = await newUser('ada');
    await notes.add(ada, 'one');
    await notes.add(ada, 'two');
    await assert.rejects(notes.add(ada, 'three'), /a user may have 2 notes/);
    assert.equal(await notes.countOf(ada), 2);
  }));

test('a note needs an author and a text', () =>
  app.run(async () => {
    await assert.rejects(notes.add(12_345, 'one'), /there is no user 12345/);
    await assert.rejects(notes.add(await newUser('ada'), ' '), /a note must have 1 to 1000 characters/);
  }));

test('the command corrects wrong numbers', () =>
  app.run(async () => {
    const ada = await newUser('ada');
    await notes.add(ada, 'one');
    await app.database.em.execute('update core_user set my_plugin_notes = 7');
    const { signal } = new AbortController();
    const context = {
      get: app.get,
      log: { debug() {}, info() {}, warn() {}, error() {} },
      operands: [],
      values: {},
      signal,
    };
    assert.deepEqual(await recount(context), { text: '1 number was corrected.', data: { corrected: 1 } });
    assert.equal(await notes.countOf(ada), 1);
  }));
