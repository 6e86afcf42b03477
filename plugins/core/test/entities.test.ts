import { join } from 'node:path';
import { MikroORM } from '@mikro-orm/pglite';
import { expect, test } from 'vitest';
import {
  catalogIn,
  emptyReplay,
  openReplay,
  readRevisionFiles,
  replayUp,
  revisionsFor,
} from '../../../test/helper/replay.ts';
import { Activity, ContentObject, User } from '../src/entities.ts';

test("core's revisions make what MikroORM would make of core's entities, name by name", async () => {
  const files = await readRevisionFiles(join(import.meta.dirname, '../src/migrations'));
  const revisions = files.map(({ revision }) => revision);
  await using database = await openReplay();
  await using orm = await MikroORM.init({
    entities: [User, ContentObject, Activity],
    driverOptions: { pglite: database },
  });
  await database.exec(await orm.schema.getCreateSchemaSQL());
  const wanted = await catalogIn(database);
  await emptyReplay(database);
  await replayUp(database, revisionsFor(revisions, 'heads'));
  expect(await catalogIn(database)).toEqual(wanted);
});
