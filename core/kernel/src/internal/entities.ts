/** Internal door `@headwater/kernel/internal/entities`, for `@headwater/dev` alone: the entities of all plugins together. */
export type { EntityOwnership } from '../entities/entity-ownership.ts';
export { loadEntities } from '../entities/load-entities.ts';
export type { Entities } from '../entities/load-entities.ts';
