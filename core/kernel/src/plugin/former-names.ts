import { kernelError } from '../error/kernel-codes.ts';
import { parseEffects } from '../ownership/effects-json.ts';
import { withCurrentReceivers } from '../sql/hand-over.ts';
import type { Plugin } from './plugin-set.ts';
import type { Revision } from './revision.ts';

/** The current names of plugins, by the names that they had before. */
export type FormerNames = ReadonlyMap<string, string>;

/** Returns the former names of active plugins. Throws PLUGIN_COLLISION if another plugin has or had the same name. */
export function formerNames(plugins: readonly Pick<Plugin, 'name' | 'formerly'>[]): FormerNames {
  const active = new Set(plugins.map(({ name }) => name));
  const former = new Map<string, string>();
  for (const { name, formerly = [] } of plugins) {
    for (const old of formerly) {
      const other = active.has(old) ? `"${old}"` : former.has(old) ? `"${former.get(old)}", formerly "${old}"` : null;
      if (other !== null) {
        const owners = [other, `"${name}", formerly "${old}"`];
        throw kernelError('PLUGIN_COLLISION', { what: `The plugin name "${old}"`, owners });
      }
      former.set(old, name);
    }
  }
  return former;
}

/** Returns an id of a revision with the current name of its plugin. */
export function currentId(id: string, former: FormerNames): string {
  const at = id.indexOf('@');
  const name = former.get(id.slice(0, at));
  return name === undefined ? id : `${name}${id.slice(at)}`;
}

/**
 * Returns revisions whose edges to renamed plugins have the current names, and which hand objects over to these. The hashes
 * stay those of the texts as written.
 */
export function withCurrentNames(revisions: readonly Revision[], former: FormerNames): readonly Revision[] {
  if (former.size === 0) return revisions;
  return revisions.map((revision) => {
    const dependsOn = revision.dependsOn.map((id) => currentId(id, former));
    const up = revision.up.kind === 'sql' ? withReceivers(revision.up, former) : revision.up;
    if (up === revision.up && dependsOn.every((id, i) => id === revision.dependsOn[i])) return revision;
    const since = Object.entries(revision.dependsOnSince).map(([id, version]) => [currentId(id, former), version]);
    return Object.freeze({
      ...revision,
      up,
      ...(revision.effects !== undefined && { effects: effectsWithReceivers(revision.effects, former) }),
      dependsOn,
      writtenDependsOn: revision.dependsOn,
      dependsOnSince: Object.fromEntries(since) as Revision['dependsOnSince'],
    });
  });
}

function withReceivers<Up extends { readonly text: string }>(up: Up, former: FormerNames): Up {
  const text = withCurrentReceivers(up.text, former);
  return text === up.text ? up : Object.freeze({ ...up, text });
}

function effectsWithReceivers(json: string, former: FormerNames): string {
  const { handedOver, ...effects } = parseEffects(json);
  if (handedOver === undefined) return json;
  return JSON.stringify({ ...effects, handedOver: handedOver.map(([name, to]) => [name, former.get(to) ?? to]) });
}
