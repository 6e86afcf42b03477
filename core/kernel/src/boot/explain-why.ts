import { kernelError } from '../error/kernel-codes.ts';
import { nearestName } from '../error/nearest-name.ts';
import type { TokenExplanation } from '../container/explain-token.ts';
import { explainOwner, findOwned, ownedNames } from '../entities/explain-owner.ts';
import type { OwnedObject } from '../entities/entity-ownership.ts';
import type { Prepared } from './prepare.ts';

/** All that a name stands for in an application, and whose it is. */
export interface Why {
  readonly name: string;
  /** What the entities describe by that name: a table, column, key, entity or property. */
  readonly owned: readonly OwnedObject[];
  /** The token or contribution point of that name; `null` if there is none. */
  readonly container: TokenExplanation | null;
  /** Packages by plugin, of the active ones. */
  readonly packages: Readonly<Record<string, string>>;
  /** The same for people, a line each. */
  readonly lines: readonly string[];
}

/**
 * Says whose something is and who has a hand in it: `core_object.likes_count`, a table, index, constraint or enum, an
 * entity or one of its properties, a token, a contribution point. Throws NAME_UNKNOWN with the nearest name.
 */
export function explainWhy({ bound: { container, ownership }, blueprint }: Prepared, name: string): Why {
  const owned = findOwned(ownership, name);
  const known = container.explain(name);
  const { packages } = blueprint;
  if (owned.length === 0 && known === null) {
    const close = nearestName(name, [...ownedNames(ownership), ...container.names]);
    throw kernelError('NAME_UNKNOWN', { name, nearest: close, plugins: [...packages.keys()] });
  }
  const schema = explainOwner(ownership, name)?.split('\n') ?? [];
  const lines = [...schema, ...(known === null ? [] : linesOf(known, packages))];
  return { name, owned, container: known, packages: Object.fromEntries(packages), lines };
}

function linesOf(known: TokenExplanation, packages: ReadonlyMap<string, string>): readonly string[] {
  const { name, owner, state, exported, binding, decoratedBy, contributions } = known;
  // The kernel's own names are everybody's, and no plugin's.
  const whose = state === 'active' ? ` (${packages.get(owner) ?? '@headwater/kernel'})` : ` (${state})`;
  const privately = exported === false ? ', private: its plugin does not export it' : '';
  const what = binding === null ? (contributions.length > 0 ? 'contribution point' : 'name') : 'token';
  return [
    `${what} ${name}: "${owner}"${whose}${privately}`,
    ...(binding === null ? [] : [`  bound to a ${binding.type} value, made ${made[binding.scope]}`]),
    ...(decoratedBy.length === 0 ? [] : [`  wrapped by ${decoratedBy.map((one) => `"${one}"`).join(', then ')}`]),
    ...contributions.map(({ plugin, key }) => `  contributed to by "${plugin}"${key === null ? '' : `: ${key}`}`),
  ];
}

const made = { singleton: 'once', transient: 'each time that somebody asks' } as const;
