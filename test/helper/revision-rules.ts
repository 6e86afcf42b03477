import { join } from 'node:path';
import type { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { DefinedRevision } from '../../core/kernel/src/contract/define-revision.ts';
import { catalogIn, emptyReplay, openReplay, readRevisionFiles, replayDown, replayUp, revisionsFor } from './replay.ts';

const root = join(import.meta.dirname, '../..');
const coreFolder = join(root, 'plugins/core/src/migrations');

/** What a plugin's own tests work with. */
export interface RevisionSubject {
  /** Empty before each test. */
  readonly database: () => PGlite;
  /** Runs what leads to `targets` from nothing. */
  readonly upTo: (targets: string | readonly string[]) => Promise<void>;
  /** Runs `id` on top of what is there. */
  readonly apply: (id: string) => Promise<void>;
}

/** The rules that hold for every plugin's revisions, as tests, on a database that is empty before each of them. */
export async function testRevisions(plugin: string, folder: string): Promise<RevisionSubject> {
  const files = await readRevisionFiles(join(root, folder));
  const own = files.map(({ revision }) => revision);
  const core = plugin === 'core' ? [] : (await readRevisionFiles(coreFolder)).map(({ revision }) => revision);
  const all = [...core, ...own];
  let opened: PGlite | undefined;
  const database = (): PGlite => {
    if (opened === undefined) throw new Error('The database is open only while tests run.');
    return opened;
  };
  const upTo = (targets: string | readonly string[]): Promise<void> => replayUp(database(), revisionsFor(all, targets));
  const apply = async (id: string): Promise<void> => {
    const found = own.filter((revision) => revision.id === id);
    expect(found, id).toHaveLength(1);
    await replayUp(database(), found);
  };

  beforeAll(async () => {
    opened = await openReplay();
  });
  afterAll(() => opened?.close());
  beforeEach(() => emptyReplay(database()));

  describe(`the revisions of ${plugin}`, () => {
    test.each(files)('the slug of $revision.id is the name of its file', ({ file, revision }) => {
      expect(revision.id).toBe(`${plugin}@${file}`);
    });

    test.each(own)('$id runs on nothing but what it names, and down leaves what was there before', async ({ id }) => {
      const steps = revisionsFor(all, id);
      const before = steps.slice(0, -1);
      const last = steps.slice(-1);
      await replayUp(database(), before);
      const base = await catalogIn(database());
      await replayUp(database(), last);
      const first = await catalogIn(database());
      await replayDown(database(), last);
      expect(await catalogIn(database())).toEqual(base);
      await replayUp(database(), last);
      expect(await catalogIn(database())).toEqual(first);
    });

    test.each(neededEdges(all, own))('$id fails without $needed', async ({ id, steps }) => {
      await replayUp(database(), steps.slice(0, -1));
      await expect(apply(id)).rejects.toThrow('does not exist');
    });

    test('all of them, down to nothing and up again, leave the same catalog', async () => {
      const steps = revisionsFor(all, 'heads');
      await replayUp(database(), steps);
      const first = await catalogIn(database());
      await replayDown(database(), steps);
      expect(await catalogIn(database())).toEqual([]);
      await replayUp(database(), steps);
      expect(await catalogIn(database())).toEqual(first);
    });

    test('what core writes fits without naming a column of another plugin', async () => {
      await upTo('heads');
      await database().exec(writtenByCore);
      const { rows } = await database().query('select 1 from core_activity where object_id is not null');
      expect(rows).toHaveLength(1);
    });
  });
  return { database, upTo, apply };
}

/** Two users, an object and an activity, with only those columns named that core has no default for. */
export const writtenByCore = `
  insert into core_user (name) values ('ada'), ('grace');
  insert into core_object (author_id) values (1);
  insert into core_activity (actor_id, verb, object_id) values (1, 'post', 1);
`;

interface NeededEdge {
  readonly id: string;
  readonly needed: string;
  /** What would run if the edge were not there; `id` is the last. */
  readonly steps: readonly DefinedRevision[];
}

/** Every `dependsOn` that adds something to what the rest of its revision's edges already bring. */
function neededEdges(all: readonly DefinedRevision[], own: readonly DefinedRevision[]): readonly NeededEdge[] {
  return own.flatMap((revision) =>
    (revision.dependsOn ?? []).flatMap((needed) => {
      const dependsOn = (revision.dependsOn ?? []).filter((other) => other !== needed);
      const without = all.map((other) => (other === revision ? { ...revision, dependsOn } : other));
      const steps = revisionsFor(without, revision.id);
      return steps.some(({ id }) => id === needed) ? [] : [{ id: revision.id, needed, steps }];
    }),
  );
}
