/**
 * The oldest supported major version of PostgreSQL. Preflight refuses older servers, and lint rules check against it.
 */
export const oldestSupportedMajor = 15;
