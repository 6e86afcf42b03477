import { kernelError } from '../error/kernel-codes.ts';
import { nearestName } from '../error/nearest-name.ts';
import type { TokenExplanation } from '../container/token-explanation.ts';
import { explainOwner, findOwned, ownedNames } from '../entities/explain-owner.ts';
import type { OwnedObject } from '../entities/entity-ownership.ts';
import type { LoadedApp } from './load-app.ts';

/** The result of `kernel why <name>`: everything in an application that has this name, and the plugins that own it. */
export interface NameLookup {
  readonly name: string;
  /** The objects with that name that entities declare: tables, columns, keys, entities or properties. */
  readonly owned: readonly OwnedObject[];
  /** The token or contribution point of that name; `null` if there is none. */
  readonly container: TokenExplanation | null;
  /** The package of each active plugin, by plugin name. */
  readonly packages: Readonly<Record<string, string>>;
  /** The reply as text. */
  readonly lines: readonly string[];
}

/**
 * Looks up which plugin owns a name and which others wrap it or contribute to it. The name may belong to a column
 * (`core_object.likes_count`), a table, index, constraint or enum, an entity or one of its properties, a token or a
 * contribution point. Throws NAME_UNKNOWN, which suggests the nearest name.
 */
export function lookUpName({ bound: { container, ownership }, revisionSet }: LoadedApp, name: string): NameLookup {
  const owned = findOwned(ownership, name);
  const known = container.explain(name);
  const { packages } = revisionSet;
  if (owned.length === 0 && known === null) {
    const suggestion = nearestName(name, [...ownedNames(ownership), ...container.names]);
    throw kernelError('NAME_UNKNOWN', { name, nearest: suggestion, plugins: [...packages.keys()] });
  }
  const schema = explainOwner(ownership, name)?.split('\n') ?? [];
  const lines = [...schema, ...(known === null ? [] : linesOf(known, packages))];
  return { name, owned, container: known, packages: Object.fromEntries(packages), lines };
}

function linesOf(known: TokenExplanation, packages: ReadonlyMap<string, string>): readonly string[] {
  const { name, owner, state, exported, binding, decoratedBy, contributions } = known;
  // The kernel's own names do not belong to a plugin.
  const whose = state === 'active' ? ` (${packages.get(owner) ?? '@headwater/kernel'})` : ` (${state})`;
  const privately = exported === false ? ', private: its plugin does not export it' : '';
  const what = binding === null ? (contributions.length > 0 ? 'contribution point' : 'name') : 'token';
  return [
    `${what} ${name}: "${owner}"${whose}${privately}`,
    ...(binding === null ? [] : [`  bound to a ${binding.type} value, created ${created[binding.scope]}`]),
    ...(decoratedBy.length === 0 ? [] : [`  wrapped by ${decoratedBy.map((one) => `"${one}"`).join(', then ')}`]),
    ...contributions.map(({ plugin, key }) => `  contributed to by "${plugin}"${key === null ? '' : `: ${key}`}`),
  ];
}

const created = { singleton: 'once', transient: 'for each request' } as const;
