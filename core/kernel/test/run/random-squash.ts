import fc from 'fast-check';
import { urlOf } from '../../../../test/helper/database.ts';
import type { DatabaseTarget } from '../../src/config/config.ts';
import type { DefinedRevision } from '../../src/contract/define-revision.ts';
import type { HostPlugin } from '../../src/open/open-options.ts';
import { open, type Kernel } from '../../src/open/open.ts';
import { scenes, type Scene } from '../graph/random-graph.ts';
import { revision, text } from '../open/support.ts';

type Plugins = Readonly<Record<string, HostPlugin>>;

/** The plugins of a host, before and after a range of one of them was squashed. */
export interface SquashedScene {
  readonly before: Plugins;
  readonly after: Plugins;
  /** The id of the squash. */
  readonly squash: string;
  /** The id of a revision of the range that is not its last. */
  readonly inside: string;
}

/** A revision, with the ids of all revisions before it. */
interface Step {
  readonly defined: DefinedRevision;
  readonly earlier: ReadonlySet<string>;
}

/**
 * Returns the chain of each plugin. Only the edges between branches are those of the scene. Each revision creates a table
 * that refers to those of all revisions that it needs.
 */
function chainsOf({ requires, revisions }: Scene): ReadonlyMap<string, readonly Step[]> {
  const chains = new Map<string, Step[]>(Array.from(requires.keys(), (name) => [name, []]));
  const known = new Map<string, Step>();
  for (const { id, dependsOn = [] } of revisions) {
    const [plugin = ''] = id.split('@');
    const chain = chains.get(plugin) ?? [];
    const last = chain.at(-1);
    const others = new Set(dependsOn.flatMap((other) => known.get(other) ?? []));
    const needed = [...(last === undefined ? [] : [last]), ...others];
    const table = (of: string): string => `"${of.replace('@', '_')}"`;
    const own = `${plugin}@000${chain.length + 1}_step`;
    const references = needed.map(({ defined }, i) => `, "need${i}" int references ${table(defined.id)}`).join('');
    const step = {
      defined: revision(own, `create table ${table(own)} (id int primary key${references})`, {
        revises: last?.defined.id ?? null,
        dependsOn: [...others].map(({ defined }) => defined.id),
        down: text(`drop table ${table(own)}`),
      }),
      earlier: new Set(needed.flatMap(({ defined, earlier }) => [defined.id, ...earlier])),
    };
    known.set(id, step);
    chain.push(step);
  }
  return chains;
}

/** Returns the ranges that no revision of another branch stands between: it would come after and before the squash. */
function rangesOf(chains: ReadonlyMap<string, readonly Step[]>): readonly (readonly Step[])[] {
  const all = [...chains.values()].flat();
  const candidates = [...chains.values()].flatMap((chain) =>
    chain.flatMap((_, from) => chain.slice(from + 1).map((__, i) => chain.slice(from, from + i + 2))),
  );
  return candidates.filter((range) => {
    const ids = new Set(range.map(({ defined }) => defined.id));
    const isBetween = ({ defined: { id }, earlier }: Step): boolean =>
      !ids.has(id) && !earlier.isDisjointFrom(ids) && range.some((step) => step.earlier.has(id));
    return !all.some(isBetween);
  });
}

function squashOf(range: readonly Step[]): DefinedRevision {
  const revisions = range.map(({ defined }) => defined);
  const [first] = revisions;
  const ids = revisions.map(({ id }) => id);
  // All of them were made from text.
  const sqlOf = (body: unknown): string => (body as { readonly text: string }).text;
  return revision(`${first?.id.replace(/_step$/, '')}_squash`, revisions.map(({ up }) => sqlOf(up)).join(';\n'), {
    revises: first?.revises ?? null,
    replaces: ids,
    dependsOn: [...new Set(revisions.flatMap(({ dependsOn = [] }) => dependsOn))],
    down: text(
      revisions
        .toReversed()
        .map(({ down }) => sqlOf(down))
        .join(';\n'),
    ),
  });
}

/** Random scenes in which a range of a branch is squashed. */
export const squashedScenes: fc.Arbitrary<SquashedScene> = fc
  .tuple(scenes, fc.nat(999), fc.nat(9))
  .map(([scene, at, place]) => {
    const chains = chainsOf(scene);
    const ranges = rangesOf(chains);
    return { chains, range: ranges[at % Math.max(1, ranges.length)], place };
  })
  .filter(({ chains, range }) => range !== undefined && [...chains.values()].flat().length >= 8)
  .map(({ chains, range = [], place }) => {
    const squash = squashOf(range);
    const [plugin] = squash.id.split('@');
    const pluginsWith = (more: readonly DefinedRevision[]): Plugins =>
      Object.fromEntries(
        Array.from(chains, ([name, steps]) => {
          const own = steps.map(({ defined }) => defined);
          return [name, { revisions: name === plugin ? [...own, ...more] : own }];
        }),
      );
    const inside = range[place % (range.length - 1)]?.defined.id ?? '';
    return { before: pluginsWith([]), after: pluginsWith([squash]), squash: squash.id, inside };
  });

/** Opens the kernel of a host on a database, and closes it afterwards. */
export async function openSquashed<T>(
  target: DatabaseTarget,
  plugins: Plugins,
  run: (kernel: Kernel) => Promise<T>,
): Promise<T> {
  await using kernel = await open({ config: { database: urlOf(target) }, plugins });
  return await run(kernel);
}
