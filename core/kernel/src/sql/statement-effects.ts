import type { RangeVar } from 'libpg-query';
import { nameText, parseName } from './qualified-name.ts';
import { schemaObject, type SqlKind, type SqlObject } from './sql-object.ts';
import { relationName } from './syntax-tree.ts';

/** A new name for an object. The columns, constraints and indexes of a renamed table stay with it. */
export interface Rename {
  readonly from: SqlObject;
  readonly to: SqlObject;
}

/** The effects of one statement on the schema, and the objects that it needs. */
export interface StatementEffects {
  readonly creates: readonly SqlObject[];
  readonly changes: readonly SqlObject[];
  readonly drops: readonly SqlObject[];
  readonly renames: readonly Rename[];
  /** The objects that must exist before it runs, except those that PostgreSQL ships. */
  readonly needs: readonly SqlObject[];
  /** The materialized views that it refreshes, which changes their rows alone. */
  readonly refreshes: readonly SqlObject[];
  /** The tables whose rows it changes. */
  readonly writes: readonly string[];
  /** The reason why the parser cannot see all of its effects; `null` if it can. */
  readonly opaque: string | null;
  /** How a `create` treats an object that already exists. */
  readonly ifExists: 'fails' | 'keeps' | 'replaces';
  /** Whether a `drop` also drops dependent objects. */
  readonly cascade: boolean;
}

/** The effects of a statement while it is being read. */
export interface EffectsDraft {
  readonly creates: SqlObject[];
  readonly changes: SqlObject[];
  readonly drops: SqlObject[];
  readonly renames: Rename[];
  readonly refreshes: SqlObject[];
  readonly needs: SqlObject[];
  readonly writes: Set<string>;
  opaque: string | null;
  ifExists: StatementEffects['ifExists'];
  cascade: boolean;
  /** Whether a relation or constraint with this name existed before the statement. */
  readonly existed: (name: string) => boolean;
}

/** Returns a draft without any effects. */
export function openDraft(existed: (name: string) => boolean): EffectsDraft {
  return {
    creates: [],
    changes: [],
    drops: [],
    renames: [],
    refreshes: [],
    needs: [],
    writes: new Set(),
    opaque: null,
    ifExists: 'fails',
    cascade: false,
    existed: (name) => existed(name),
  };
}

/** Returns the finished effects. */
export function closeDraft(draft: EffectsDraft): StatementEffects {
  const { creates, changes, drops, renames, refreshes, needs, writes, opaque, ifExists, cascade } = draft;
  return {
    creates: Object.freeze(creates),
    changes: Object.freeze(changes),
    drops: Object.freeze(drops),
    renames: Object.freeze(renames),
    refreshes: Object.freeze(refreshes),
    needs: Object.freeze(distinct(needs)),
    writes: Object.freeze([...writes]),
    opaque,
    ifExists,
    cascade,
  };
}

function distinct(needs: readonly SqlObject[]): SqlObject[] {
  return [...new Map(needs.map((need) => [JSON.stringify(need), need])).values()];
}

/** Adds a relation to the needs of a statement and returns its name. */
export function needRelation(relation: RangeVar | undefined, draft: EffectsDraft, kind: SqlKind = 'table'): string {
  const name = relation === undefined ? '' : relationName(relation);
  draft.needs.push(schemaObject(kind, name));
  return name;
}

/** Removes a relation and its parts from the needs of a statement that says `if exists`. */
export function needNothingOf(relation: string, { needs }: EffectsDraft): void {
  const kept = needs.filter(({ name, table }) => (table ?? name) !== relation);
  needs.splice(0, needs.length, ...kept);
}

/** Returns whether a name is taken, by an object that the statement does not drop or by one that it creates. */
export function isTaken(draft: EffectsDraft, name: string): boolean {
  const has = (objects: readonly SqlObject[]): boolean => objects.some((object) => reservedName(object) === name);
  return (draft.existed(name) && !has(draft.drops)) || has(draft.creates);
}

/** Returns the name that an object reserves. The name of a constraint is reserved in the schema of its table. */
export function reservedName({ kind, name, table }: SqlObject): string {
  return kind === 'constraint' && table !== null ? nameText({ ...parseName(table), name }) : name;
}
