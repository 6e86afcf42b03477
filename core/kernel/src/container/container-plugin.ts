import type { DefinedPlugin } from '../contract/define-plugin.ts';
import { isContributionPoint } from '../contract/contribution-point.ts';
import { isToken } from '../contract/token.ts';

/** What the container needs to know of an active plugin. */
export interface ContainerPlugin {
  readonly name: string;
  /** The package's name, for messages. */
  readonly package: string;
  /** The running half, of whichever options: they were checked against its own schema. */
  readonly running: Pick<DefinedPlugin<never>, 'bind'>;
  readonly options: unknown;
  /**
   * What the plugin's main module exports, which decides what other plugins may name. Left out, nothing is private: a
   * plugin that was written in place, in a test, has no module.
   */
  readonly exports?: Readonly<Record<string, unknown>>;
}

/** The names of the tokens and contribution points that a plugin exports; `null` where nothing is private. */
export function exportedNames({ exports }: ContainerPlugin): ReadonlySet<string> | null {
  if (exports === undefined) return null;
  const offered = Object.values(exports).filter((value) => isToken(value) || isContributionPoint(value));
  return new Set(offered.map(({ name }) => name));
}

/** Whose token or point it is, going by its name: `likes` owns `likes` and `likes.votes`. */
export function ownerOf(name: string): string {
  return name.split('.', 1)[0] ?? name;
}
