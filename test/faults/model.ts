import {
  effectsOf,
  isBreaking,
  isMet,
  needsOf,
  partsOf,
  plugins,
  rangeOf,
  releases,
  revertedEffectsOf,
  shippedBy,
  squashOf,
  tablesOf,
  workOf,
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

/** Returns the revisions in the code of the active plugins. */
export function shipped(code: Code): ReadonlySet<Id> {
  return new Set(code.active.flatMap((plugin) => shippedBy(code, plugin)));
}

/** Sorts revisions so that each comes after its needs. Drops those whose needs are missing. */
export function inOrder(ids: Iterable<Id>): readonly Id[] {
  const sorted = new Set<Id>();
  const left = new Set(ids);
  for (let before = -1; before < sorted.size;) {
    before = sorted.size;
    for (const id of left) {
      if (!needsOf(id).every((need) => isMet(need, sorted))) continue;
      sorted.add(id);
      left.delete(id);
    }
  }
  return [...sorted];
}

/** Whether the code of an active plugin lacks what another one needs, for which every command refuses it. */
export function lacksNeeds(code: Code): boolean {
  const ids = shipped(code);
  return Array.from(ids).some((id) => needsOf(id).some((need) => !isMet(need, ids)));
}

/** Returns the applied revisions whose text in the code is not the one that ran. */
export function changed({ code, content }: World): readonly Id[] {
  const ids = shipped(code);
  return Array.from(content.applied).flatMap(([id, ran]) =>
    ids.has(id) && ran !== code.edited.includes(id) ? [id] : [],
  );
}

/** Returns the exit codes of the refusals that are right for every command that runs revisions. Empty: it must work. */
export function refusals(world: World): readonly number[] {
  const { code, content } = world;
  const ids = shipped(code);
  const isHalfSquashed = code.active.some((plugin) => {
    const range = rangeOf(plugin);
    const isAlone = ids.has(squashOf(plugin)) && !range.some((id) => ids.has(id));
    const present = range.filter((id) => content.applied.has(id)).length;
    return isAlone && present > 0 && present < range.length;
  });
  const isAhead = Array.from(content.applied.keys()).some((id) => {
    const isKnown = isMet(id, ids) || workOf(id).every((one) => ids.has(one));
    return code.active.includes(partsOf(id).plugin) && !isKnown && isBreaking(id);
  });
  return [
    ...(lacksNeeds(code) || isHalfSquashed ? [14] : []),
    ...(changed(world).length > 0 ? [15] : []),
    ...(isAhead ? [33] : []),
  ];
}

/** Returns the revisions that an upgrade has to apply. A squash and what it replaces exclude each other. */
export function pending({ code, content }: World): readonly Id[] {
  const ids = shipped(code);
  const ran = new Set(content.applied.keys());
  const isSquashed = (plugin: Plugin): boolean =>
    ran.has(squashOf(plugin)) || (ids.has(squashOf(plugin)) && !rangeOf(plugin).some((id) => ran.has(id)));
  const history = Array.from(ids).filter((id) => {
    const { plugin } = partsOf(id);
    if (id === squashOf(plugin)) return isSquashed(plugin);
    return !rangeOf(plugin).includes(id) || !isSquashed(plugin);
  });
  return inOrder([...ran, ...history]).filter((id) => !ran.has(id));
}

/** Returns the content after the `up` of `ids`, with the texts of the code. */
export function applied({ code, content }: World, ids: readonly Id[]): Content {
  const ran = ids.map((id) => [id, code.edited.includes(id)] as const);
  return {
    applied: new Map([...content.applied, ...ran]),
    effects: [...content.effects, ...ran.flatMap(([id, isEdited]) => effectsOf(id, isEdited))],
    rows: new Map([...content.rows, ...ids.flatMap(tablesOf).map((table) => [table, 0] as const)]),
  };
}

/** Returns the squashes of the code that an upgrade puts in the places of what they replace, all of which is applied. */
export function complete({ code, content }: World): readonly Id[] {
  const ids = shipped(code);
  return code.active
    .filter((plugin) => ids.has(squashOf(plugin)) && rangeOf(plugin).every((id) => content.applied.has(id)))
    .map(squashOf);
}

/** Returns the content after the rows of `squashes` have replaced those of their ranges. */
export function recorded({ code, content }: World, squashes: readonly Id[]): Content {
  const replaced = new Set(squashes.flatMap(workOf));
  return {
    ...content,
    applied: new Map([
      ...Array.from(content.applied).filter(([id]) => !replaced.has(id)),
      ...squashes.map((id) => [id, code.edited.includes(id)] as const),
    ]),
  };
}

/** Returns the applied revisions after `n` on a branch, and all applied ones that depend on them. */
export function removedBy({ applied: ran }: Content, plugin: Plugin, n: number): readonly Id[] {
  const isAfter = (id: Id): boolean => {
    const last = workOf(id).at(-1) ?? id;
    return partsOf(last).plugin === plugin && partsOf(last).n > n;
  };
  return withDependents([...ran.keys()], Array.from(ran.keys()).filter(isAfter));
}

/** Adds to `ids` all of `present` that depend on them. */
export function withDependents(present: readonly Id[], ids: readonly Id[]): readonly Id[] {
  const removed = new Set(ids);
  for (const id of inOrder(present)) if (needsOf(id).some((need) => isMet(need, removed))) removed.add(id);
  return [...removed];
}

/**
 * Returns the applied revisions that undoing a run removes, given those that it applied. `null` if a squash is in the place
 * of one of them and of revisions of other runs.
 */
export function undoneBy({ applied: ran }: Content, ids: readonly Id[]): readonly Id[] | null {
  const standing = new Set(ids.map((id) => (ran.has(id) ? id : squashOf(partsOf(id).plugin))));
  const isWhole = Array.from(standing).every((id) => ids.includes(id) || workOf(id).every((one) => ids.includes(one)));
  return isWhole ? withDependents([...ran.keys()], [...standing]) : null;
}

/** Returns the content after the `down` of `ids`. */
export function reverted(content: Content, ids: readonly Id[]): Content {
  const tables = new Set(ids.flatMap(tablesOf));
  return {
    applied: new Map([...content.applied].filter(([id]) => !ids.includes(id))),
    effects: [...content.effects, ...ids.flatMap(revertedEffectsOf)],
    rows: new Map([...content.rows].filter(([table]) => !tables.has(table))),
  };
}

/** Returns the content after the edit of an applied revision has been accepted. */
export function accepted({ code, content }: World, id: Id): Content {
  return { ...content, applied: new Map([...content.applied, [id, code.edited.includes(id)]]) };
}

/** Returns the content after the application has added a row to each table. */
export function written(content: Content): Content {
  return { ...content, rows: new Map(Array.from(content.rows, ([table, n]) => [table, n + 1])) };
}

/** Something that happens to an application. */
export type Action =
  | { readonly kind: 'boot' | 'write' | 'dump' | 'restore' | 'undo' | 'stamp' }
  /** Takes all edits back. Installs all plugins, each new enough, if one lacks what it needs. */
  | { readonly kind: 'mend' }
  /** A boot with a plugin that writes to a table of another one. */
  | { readonly kind: 'trespass' }
  /** A boot that is killed at the given event. */
  | { readonly kind: 'crash'; readonly at: number }
  | { readonly kind: 'activate' | 'deactivate' | 'update' | 'roll back'; readonly plugin: Plugin }
  /** Updates a plugin to the release that adds its squash. */
  | { readonly kind: 'squash'; readonly plugin: Plugin }
  /** Reverts all of a plugin that is not active, without its package. */
  | { readonly kind: 'uninstall'; readonly plugin: Plugin }
  /** Edits the text of a revision, or takes the edit back. */
  | { readonly kind: 'edit'; readonly plugin: Plugin; readonly n: number }
  /** Accepts an edit. If there is none, it names a revision without one. */
  | { readonly kind: 'accept'; readonly plugin: Plugin; readonly n: number }
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
    case 'roll back':
    case 'squash': {
      const { kind, plugin } = action;
      const last = releases[plugin].length;
      const now = versions[plugin];
      const next = { update: now + 1, 'roll back': now - 1, squash: Math.max(now, last - 1) }[kind];
      return { ...code, versions: { ...versions, [plugin]: Math.min(Math.max(next, 1), last) } };
    }
    case 'edit': {
      const id: Id = `${action.plugin}@${action.n}`;
      return { ...code, edited: edited.includes(id) ? edited.filter((other) => other !== id) : [...edited, id] };
    }
    case 'mend': {
      if (!lacksNeeds(code)) return edited.length === 0 ? code : { ...code, edited: [] };
      const enough = (plugin: Plugin): number => Math.max(versions[plugin], 3);
      return {
        active: plugins,
        versions: { core: enough('core'), shop: enough('shop'), likes: enough('likes') },
        edited: [],
      };
    }
    default:
      return code;
  }
}
