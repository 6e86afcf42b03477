/** Filled in with the part that throws them. */
export const configCodes = {};
