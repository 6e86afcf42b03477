/** Internal door `@headwater/kernel/internal/config`, for `@headwater/dev` alone: reading config.json. */
export type { JsonObject } from '../config/config-layers.ts';
export type { Config, DatabaseTarget } from '../config/config.ts';
export { databaseTarget } from '../config/database-target.ts';
export { assertKnownKeys } from '../config/invalid-value.ts';
export { isInNodeModules, projectRoot } from '../config/project-root.ts';
export { readConfig } from '../config/read-config.ts';
