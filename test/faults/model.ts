import {
  branch,
  effectOf,
  needsOf,
  partsOf,
  plugins,
  published,
  tableOf,
  type Code,
  type Id,
  type Plugin,
} from './model-plugins.ts';

/** The content of a database, as far as the model knows it. */
export interface Content {
  /** The applied revisions, and whether the text that ran was the edited one. */
  readonly applied: ReadonlyMap<Id, boolean>;
  /** What `up` and `down` texts have written to `effect`, in any order. */
  readonly effects: readonly string[];
  /** The number of rows of each table. */
  readonly rows: ReadonlyMap<string, number>;
}

/** The reference model: the code of an application and the content of its database. */
export interface World {
  readonly code: Code;
  readonly content: Content;
}

/** The content of a new database. */
export const nothing: Content = { applied: new Map(), effects: [], rows: new Map() };

/** Returns all revisions of the active plugins, each after its needs. */
export function shipped({ active, versions }: Code): readonly Id[] {
  return inOrder(active.flatMap((plugin) => branch(plugin, versions[plugin])));
}

/** Sorts revisions so that each comes after its needs. Drops those whose needs are missing. */
export function inOrder(ids: readonly Id[]): readonly Id[] {
  const sorted: Id[] = [];
  const left = new Set(ids);
  for (let before = -1; before < sorted.length;) {
    before = sorted.length;
    for (const id of left) {
      if (!needsOf(id).every((need) => sorted.includes(need))) continue;
      sorted.push(id);
      left.delete(id);
    }
  }
  return sorted;
}

/** Returns the exit codes of the refusals that are right for every command that writes. Empty: it must work. */
export function refusals({ code, content }: World): readonly number[] {
  const ids = new Set(code.active.flatMap((plugin) => branch(plugin, code.versions[plugin])));
  const needsMissing = [...ids].some((id) => needsOf(id).some((need) => !ids.has(need)));
  const isChanged = [...content.applied].some(([id, ran]) => ids.has(id) && ran !== code.edited.includes(id));
  const isAhead = [...content.applied.keys()].some((id) => {
    const { plugin, n } = partsOf(id);
    return code.active.includes(plugin) && !ids.has(id) && published[plugin][n - 1]?.breaking === true;
  });
  return [...(needsMissing ? [14] : []), ...(isChanged ? [15] : []), ...(isAhead ? [33] : [])];
}

/** Returns the revisions that an upgrade has to apply. */
export function pending({ code, content }: World): readonly Id[] {
  return shipped(code).filter((id) => !content.applied.has(id));
}

/** Returns the content after the `up` of `ids`, with the texts of the code. */
export function applied({ code, content }: World, ids: readonly Id[]): Content {
  const ran = ids.map((id) => [id, code.edited.includes(id)] as const);
  return {
    applied: new Map([...content.applied, ...ran]),
    effects: [...content.effects, ...ran.map(([id, isEdited]) => effectOf(id, isEdited))],
    rows: new Map([...content.rows, ...ids.map((id) => [tableOf(id), 0] as const)]),
  };
}

/** Returns the applied revisions after `n` on a branch, and all applied ones that depend on them. */
export function removedBy({ applied: ran }: Content, plugin: Plugin, n: number): readonly Id[] {
  return withDependents(
    [...ran.keys()],
    branch(plugin, published[plugin].length)
      .slice(n)
      .filter((id) => ran.has(id)),
  );
}

/** Adds to `ids` all of `present` that depend on them. */
export function withDependents(present: readonly Id[], ids: readonly Id[]): readonly Id[] {
  const removed = new Set(ids);
  for (const id of inOrder(present)) if (needsOf(id).some((need) => removed.has(need))) removed.add(id);
  return [...removed];
}

/** Returns the content after the `down` of `ids`. */
export function reverted(content: Content, ids: readonly Id[]): Content {
  const tables = new Set(ids.map(tableOf));
  return {
    applied: new Map([...content.applied].filter(([id]) => !ids.includes(id))),
    effects: [...content.effects, ...ids.map((id) => `${id} reverted`)],
    rows: new Map([...content.rows].filter(([table]) => !tables.has(table))),
  };
}

/** Returns the content after the application has added a row to each table. */
export function written(content: Content): Content {
  return { ...content, rows: new Map(Array.from(content.rows, ([table, n]) => [table, n + 1])) };
}

/** Something that happens to an application. */
export type Action =
  | { readonly kind: 'boot' | 'write' | 'dump' | 'restore' | 'undo' | 'stamp' }
  /** Takes all edits back. */
  | { readonly kind: 'mend' }
  /** A boot with a plugin that writes to a table of another one. */
  | { readonly kind: 'trespass' }
  /** A boot that is killed at the given event. */
  | { readonly kind: 'crash'; readonly at: number }
  | { readonly kind: 'activate' | 'deactivate' | 'update' | 'roll back'; readonly plugin: Plugin }
  /** Reverts all of a plugin that is not active, without its package. */
  | { readonly kind: 'uninstall'; readonly plugin: Plugin }
  /** Edits the text of a revision, or takes the edit back. */
  | { readonly kind: 'edit'; readonly plugin: Plugin; readonly n: number }
  | { readonly kind: 'down'; readonly plugin: Plugin; readonly n: number };

/** Returns the code after an action that changes it. All other actions keep it. */
export function codeAfter(code: Code, action: Action): Code {
  const { active, versions, edited } = code;
  switch (action.kind) {
    case 'activate':
      return { ...code, active: plugins.filter((name) => active.includes(name) || name === action.plugin) };
    case 'deactivate':
      // Without plugin zero nothing is left to test.
      return { ...code, active: active.filter((name) => name === 'core' || name !== action.plugin) };
    case 'update':
    case 'roll back': {
      const { plugin } = action;
      const version = versions[plugin] + (action.kind === 'update' ? 1 : -1);
      return { ...code, versions: { ...versions, [plugin]: Math.min(Math.max(version, 1), published[plugin].length) } };
    }
    case 'edit': {
      const id: Id = `${action.plugin}@${action.n}`;
      return { ...code, edited: edited.includes(id) ? edited.filter((other) => other !== id) : [...edited, id] };
    }
    case 'mend':
      return edited.length === 0 ? code : { ...code, edited: [] };
    default:
      return code;
  }
}
