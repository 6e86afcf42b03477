/**
 * Returns milliseconds on a monotonic clock. Avoids `performance`, which Node loads on first access and which nothing
 * else needs on every boot.
 */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
