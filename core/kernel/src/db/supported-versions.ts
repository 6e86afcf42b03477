/** The oldest major version of PostgreSQL that a server may run (preflight) and that revisions are linted against. */
export const oldestSupportedMajor = 15;
