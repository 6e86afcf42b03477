import type { Peer } from '@headwater/kernel/internal/plugins';

/** Versions of peers with which a plugin is tried, and the optional plugins that are active. */
export interface Combination {
  readonly versions: 'lowest' | 'highest';
  /** A version of each peer, by package. */
  readonly peers: Readonly<Record<string, string>>;
  /** The packages of the optional plugins that are active. */
  readonly optional: readonly string[];
}

/**
 * Returns the combinations to try: all peers at the lowest, and all at the highest version that their ranges allow; each
 * without optional plugins, with each of them, and with all of them. `versionsOf` returns the published versions that a range
 * allows, in ascending order. If each range allows one version, lowest and highest are the same and are tried once.
 */
export function combinationsOf(
  peers: readonly Peer[],
  versionsOf: ReadonlyMap<string, readonly string[]>,
): readonly Combination[] {
  const optional = peers.flatMap((peer) => (peer.optional ? [peer.package] : []));
  const sets =
    optional.length > 1 ? [[], ...optional.map((name) => [name]), optional] : [[], ...optional.map((name) => [name])];
  const at = (index: number): Readonly<Record<string, string>> =>
    Object.fromEntries(
      peers.flatMap(({ package: name }) => {
        const version = versionsOf.get(name)?.at(index);
        return version === undefined ? [] : [[name, version]];
      }),
    );
  const [lowest, highest] = [at(0), at(-1)];
  const isSame = JSON.stringify(lowest) === JSON.stringify(highest);
  return [
    ...sets.map((set): Combination => ({ versions: 'lowest', peers: lowest, optional: set })),
    ...(isSame ? [] : sets.map((set): Combination => ({ versions: 'highest', peers: highest, optional: set }))),
  ];
}

/** Returns a combination as a text: its versions and its optional plugins. */
export function combinationText({ peers, optional }: Combination): string {
  const versions = Object.entries(peers).map(([name, version]) => `${name} ${version}`);
  const active = optional.length === 0 ? 'without optional plugins' : `with ${optional.join(' and ')}`;
  return `${versions.join(', ')}, ${active}`;
}
