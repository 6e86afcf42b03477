import { Refusal, assertId, assertText, type Objects } from '@headwater/plugin-core';
import { token, type Database } from '@headwater/kernel/plugin';
import { Decision } from './entities.ts';

/** The actions of moderators. */
export type ModerationAction = 'hide' | 'restore';

/** A decision of a moderator. */
export interface NewDecision {
  /** Id of the moderator. */
  readonly moderator: number;
  /** Id of the object. */
  readonly object: number;
  readonly action: ModerationAction;
  /** 1 to 1,000 characters. */
  readonly reason: string;
}

/** A decision in the audit trail. */
export interface DecisionEntry {
  readonly id: number;
  readonly moderator: { readonly id: number; readonly name: string };
  readonly object: {
    readonly id: number;
    readonly author: { readonly id: number; readonly name: string };
    readonly hidden: boolean;
  };
  readonly action: string;
  readonly reason: string;
  readonly createdAt: Date;
}

/** The decisions of moderators. The caller checks permissions. */
export interface Moderation {
  /**
   * Hides or restores an object, and records the decision in the same transaction. Throws a Refusal: `invalid`, `missing`,
   * or `taken` if the object is hidden, or shown, already.
   */
  readonly decide: (decision: NewDecision) => Promise<void>;
  /** Returns decisions, latest first. `before` is the id of a decision, and only earlier ones are returned. */
  readonly decisions: (page?: {
    readonly before?: number | undefined;
    readonly limit?: number;
  }) => Promise<readonly DecisionEntry[]>;
}

/** The token of {@link Moderation}. */
export const Moderation = token<Moderation>('moderation');

/** Returns the service for a database. */
export function moderationIn(database: Database, objects: Objects): Moderation {
  return Object.freeze<Moderation>({
    async decide({ moderator, object, action, reason }) {
      assertId('a user', moderator);
      assertId('an object', object);
      assertText('a reason', reason, 1000);
      if (action !== 'hide' && action !== 'restore') throw new Refusal('invalid', 'there is no such action');
      await database.transactional(async (em) => {
        const isHidden = await hiddenState(em, object);
        if (isHidden === (action === 'hide')) {
          throw new Refusal('taken', isHidden ? 'it is hidden already' : 'it is not hidden');
        }
        await (action === 'hide' ? objects.markDeleted(object) : objects.restore(object));
        em.create(Decision, { moderator, object, action, reason });
      });
    },

    async decisions({ before, limit = 50 } = {}) {
      if (before !== undefined) assertId('a decision', before);
      const found = await database.em.find(Decision, before === undefined ? {} : { id: { $lt: before } }, {
        populate: ['moderator', 'object.author'],
        orderBy: { id: 'desc' },
        limit,
      });
      return found.map(({ id, moderator, object, action, reason, createdAt }) => ({
        id,
        moderator: { id: moderator.id, name: moderator.name },
        object: {
          id: object.id,
          author: { id: object.author.id, name: object.author.name },
          hidden: object.deletedAt !== null,
        },
        action,
        reason,
        createdAt,
      }));
    },
  });
}

/** Locks the object, so that of two concurrent decisions only one is recorded. */
async function hiddenState(em: Database['em'], object: number): Promise<boolean> {
  const [row] = await em.execute<{ hidden: boolean }[]>(
    'select deleted_at is not null as hidden from core_object where id = ? for no key update',
    [object],
  );
  if (row === undefined) throw new Refusal('missing', `there is no object ${object}`);
  return row.hidden;
}
