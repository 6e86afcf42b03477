/**
 * Milliseconds on a clock that only goes forward. Not `performance`, which Node loads when it is first named: nothing else
 * that runs at every boot does.
 */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
