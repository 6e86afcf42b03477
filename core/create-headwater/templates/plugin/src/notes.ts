import { Refusal, assertId, assertText } from '@headwater/plugin-core';
import { token, type Database } from '@headwater/kernel/plugin';
import { sql } from '@mikro-orm/core';
import { MyPluginNote, MyPluginUser } from './entities.ts';
import type { Options } from './options.ts';

/** A note as it is shown. */
export interface Note {
  readonly id: number;
  readonly author: string;
  readonly text: string;
  readonly createdAt: Date;
}

/** The notes of users. Users are passed by id. */
export interface Notes {
  /** Writes a note. Returns its id. Throws a Refusal: `missing`, `invalid`, or `too-many` above the option `perUser`. */
  readonly add: (author: number, text: string) => Promise<number>;
  /** Returns the latest notes of all users or, with `author`, of one. */
  readonly latest: (limit: number, author?: number) => Promise<readonly Note[]>;
  /** Returns the number of a user's notes. Throws a Refusal, `missing`. */
  readonly countOf: (author: number) => Promise<number>;
  /** Corrects wrong numbers of notes. Returns how many there were. */
  readonly recount: () => Promise<number>;
}

/** The token of {@link Notes}, by which other plugins get the service. */
export const Notes = token<Notes>('my-plugin.notes');

/** Returns the service for a database. */
export function notesIn(database: Database, { perUser }: Pick<Options, 'perUser'>): Notes {
  return Object.freeze<Notes>({
    async add(author, text) {
      assertId('a user', author);
      assertText('a note', text, 1000);
      return database.transactional(async (em) => {
        // Locks the user's row, so concurrent calls for the same user are counted one after another.
        const counted = await em.nativeUpdate(
          MyPluginUser.as,
          { id: author, myPluginNotes: { $lt: perUser } },
          { myPluginNotes: sql<number>`my_plugin_notes + 1` },
        );
        if (counted === 0) {
          const exists = (await em.count(MyPluginUser.as, { id: author })) > 0;
          if (!exists) throw new Refusal('missing', `there is no user ${author}`);
          throw new Refusal('too-many', `a user may have ${perUser} notes`);
        }
        const note = em.create(MyPluginNote, { author, text });
        await em.flush();
        return note.id;
      });
    },

    async latest(limit, author) {
      const notes = await database.em.find(MyPluginNote, author === undefined ? {} : { author }, {
        populate: ['author'],
        orderBy: { id: 'desc' },
        limit,
      });
      return notes.map(({ id, author: { name }, text, createdAt }) => ({ id, author: name, text, createdAt }));
    },

    async countOf(author) {
      assertId('a user', author);
      const user = await database.em.findOne(MyPluginUser.as, author, { refresh: true });
      if (user === null) throw new Refusal('missing', `there is no user ${author}`);
      return user.myPluginNotes;
    },

    async recount() {
      return database.transactional(async (em) => {
        // Blocks new notes, since a count taken before one would undo its increment.
        await em.execute('lock table my_plugin_note in share row exclusive mode');
        const corrected = await em.execute<unknown[]>(`
          update core_user set my_plugin_notes = counted.notes
            from (
              select core_user.id, count(my_plugin_note.id)::int as notes
                from core_user left join my_plugin_note on my_plugin_note.author_id = core_user.id group by core_user.id
            ) as counted
            where core_user.id = counted.id and core_user.my_plugin_notes <> counted.notes
            returning core_user.id
        `);
        return corrected.length;
      });
    },
  });
}
