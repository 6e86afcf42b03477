import { isContributionPoint } from '../contract/contribution-point.ts';
import type { DefinedPlugin } from '../contract/define-plugin.ts';
import { isToken } from '../contract/token.ts';

/** The part of an active plugin that the container needs. */
export interface ContainerPlugin {
  readonly name: string;
  /** The package's name, for messages. */
  readonly package: string;
  /** The definition. `never` accepts any option type: the plugin's own schema has validated the options. */
  readonly definition: { readonly bind?: DefinedPlugin<never>['bind'] | undefined };
  readonly options: unknown;
  /** Returns the version of Inversify that its modules import, for messages; `null` if they import none. Default: none. */
  readonly inversify?: () => string | null;
  /**
   * The exports of the plugin's main module. Only exported tokens and contribution points are visible to other plugins.
   * Default: everything is visible, which suits a test that defines a plugin without a module.
   */
  readonly exports?: Readonly<Record<string, unknown>>;
  /** Whether it may bind unbound tokens of others, as the program that embeds the application may. Default: false. */
  readonly bindsAnyToken?: boolean;
}

/** Returns the names of the tokens and contribution points that a plugin exports; `null` if nothing is private. */
export function exportedNames({ exports }: ContainerPlugin): ReadonlySet<string> | null {
  if (exports === undefined) return null;
  const exported = Object.values(exports).filter((value) => isToken(value) || isContributionPoint(value));
  return new Set(exported.map(({ name }) => name));
}

/**
 * Returns the plugin that owns a token or contribution point, given its name: `likes` owns `likes` and `likes.votes`.
 */
export function tokenOwner(name: string): string {
  return name.split('.', 1)[0] ?? name;
}
