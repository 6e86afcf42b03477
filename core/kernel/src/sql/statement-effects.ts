import { qualified, schemaOf } from './qualified-name.ts';
import type { SqlObject } from './sql-object.ts';

/** A new name for something that stays; where it is a table, what is in it comes along. */
export interface Rename {
  readonly from: SqlObject;
  readonly to: SqlObject;
}

/** What one statement says. */
export interface Facts {
  readonly creates: readonly SqlObject[];
  readonly changes: readonly SqlObject[];
  readonly drops: readonly SqlObject[];
  readonly renames: readonly Rename[];
  /** What must be there before it runs. Of PostgreSQL's own things none are named. */
  readonly needs: readonly SqlObject[];
  /** The tables whose rows it changes. */
  readonly writes: readonly string[];
  /** Why the parser cannot know all that it does; `null` where it can. */
  readonly opaque: string | null;
  /** What a `create` does with what is there already. */
  readonly ifThere: 'fails' | 'keeps' | 'replaces';
  /** Whether a `drop` takes along what stands on it. */
  readonly cascade: boolean;
}

/** Facts in the making. */
export interface Draft {
  readonly creates: SqlObject[];
  readonly changes: SqlObject[];
  readonly drops: SqlObject[];
  readonly renames: Rename[];
  readonly needs: SqlObject[];
  readonly writes: Set<string>;
  opaque: string | null;
  ifThere: Facts['ifThere'];
  cascade: boolean;
  /** Whether a name is that of a relation or constraint which the same SQL made. */
  readonly taken: (name: string) => boolean;
}

/** Nothing yet. */
export function openDraft(taken: (name: string) => boolean): Draft {
  return {
    creates: [],
    changes: [],
    drops: [],
    renames: [],
    needs: [],
    writes: new Set(),
    opaque: null,
    ifThere: 'fails',
    cascade: false,
    taken: (name) => taken(name),
  };
}

/** A name that neither what was made before nor what the draft makes has. */
export function isTaken(draft: Draft, name: string): boolean {
  return draft.taken(name) || draft.creates.some((object) => nameTakenBy(object) === name);
}

/** The name that nothing else can have beside it: that of a constraint is one of its table's schema. */
export function nameTakenBy({ kind, name, table }: SqlObject): string {
  return kind === 'constraint' && table !== null ? qualified(schemaOf(table), name) : name;
}

/** The finished facts. */
export function factsOf({ creates, changes, drops, renames, needs, writes, opaque, ifThere, cascade }: Draft): Facts {
  return {
    creates: Object.freeze(creates),
    changes: Object.freeze(changes),
    drops: Object.freeze(drops),
    renames: Object.freeze(renames),
    needs: Object.freeze(distinct(needs)),
    writes: Object.freeze([...writes]),
    opaque,
    ifThere,
    cascade,
  };
}

function distinct(needs: readonly SqlObject[]): SqlObject[] {
  return [...new Map(needs.map((need) => [JSON.stringify(need), need])).values()];
}

/** A table, view or other thing that stands by itself. */
export function standing(kind: SqlObject['kind'], name: string): SqlObject {
  return { kind, name, table: null };
}

/** Something inside a table. */
export function within(kind: SqlObject['kind'], table: string, name: string): SqlObject {
  return { kind, name, table };
}
