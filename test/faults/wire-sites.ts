/** The connection between a client and a server: direct, or through PgBouncer. */
export interface WireSite {
  /** Its name, which the names of tests contain. */
  readonly name: string;
  readonly version: 18 | 15;
  /** PgBouncer's `pool_mode` and `default_pool_size`; `null` without PgBouncer. */
  readonly pooler: {
    readonly mode: 'transaction' | 'session' | 'statement';
    readonly size: 1 | 2 | 5;
  } | null;
}

const direct = ([18, 15] as const).map((version): WireSite => ({
  name: `PostgreSQL ${version}`,
  version,
  pooler: null,
}));

const pooled = (['transaction', 'session', 'statement'] as const).flatMap((mode) =>
  ([1, 2, 5] as const).map((size): WireSite => ({
    name: `PgBouncer in ${mode} mode with ${size === 1 ? '1 connection' : `${size} connections`}`,
    version: 18,
    pooler: { mode, size },
  })),
);

/** All connections through which the tests of `wire.test.ts` send their operations. */
export const wireSites: readonly WireSite[] = [...direct, ...pooled];

/**
 * Whether an operation with a revision outside a transaction works. It needs a second connection, which a pool of one
 * cannot give.
 */
export function hasSecondConnection({ pooler }: WireSite): boolean {
  return pooler?.size !== 1;
}

/** Whether every operation that writes is refused. */
export function refusesAll({ pooler }: WireSite): boolean {
  return pooler?.mode === 'statement';
}
