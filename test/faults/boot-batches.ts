import type { Tier } from './tier.ts';
import { wireSites, type WireSite } from './wire-sites.ts';

/** A part of `faulty-boots.test.ts`. */
export interface BootBatch {
  /** The names of its tests contain it. */
  readonly name: string;
  readonly site: WireSite;
  /** The number of faults in each tier. */
  readonly faults: Readonly<Record<Tier, number>>;
}

const direct = wireSites.filter(({ version, pooler }) => version === 18 && pooler === null);
// With fewer connections, boots that went silent would keep all others from the server.
const pooled = wireSites.filter(({ pooler }) => pooler?.size === 5 && pooler.mode !== 'statement');

/** All parts of `faulty-boots.test.ts`. The long tier has ten of 1,000 faults, and two behind poolers. */
export const bootBatches: readonly BootBatch[] = [
  ...direct.flatMap((site) =>
    Array.from({ length: 10 }, (_, i) => ({
      name: `batch ${i + 1} of 10`,
      site,
      faults: i === 0 ? { quick: 5, full: 50, long: 1000 } : { quick: 0, full: 0, long: 1000 },
    })),
  ),
  ...pooled.map((site) => ({ name: `boots behind ${site.name}`, site, faults: { quick: 0, full: 15, long: 500 } })),
];
