import { randomUUID } from 'node:crypto';
import type { IDatabaseDriver, MikroORM } from '@mikro-orm/core';
import type { DatabaseSchema, EntityMetadata, SqlEntityManager } from '@mikro-orm/postgresql';
import { usualSchemas, type Schemas } from '../config/schemas.ts';
import { extendMetadata } from './extend-metadata.ts';
import { omitProperties } from './invalid-property.ts';
import type { MergedEntities } from './merged-entities.ts';
import { assertNoSchemaNamed } from './named-schema-check.ts';
import { chosenMetadataProvider } from './metadata-provider.ts';

/** A MikroORM instance with any SQL driver. */
export type Orm = MikroORM<IDatabaseDriver, SqlEntityManager>;

/** An instance that has discovered its entities. It connects when it is first used. */
export interface CreatedOrm {
  readonly orm: Orm;
  /** Returns the schema that MikroORM's generator would create. */
  readonly schema: () => DatabaseSchema;
  /** Returns the SQL with which the generator would create that schema in an empty database. */
  readonly createSql: () => Promise<string>;
}

/** Returns the options that both drivers share. */
export function ormOptions(merged: MergedEntities, { tables, ledger }: Schemas = usualSchemas) {
  return {
    entities: Array.from(merged.definitions.values(), ({ entry }) => entry),
    metadataProvider: chosenMetadataProvider(merged),
    // Two applications in one process must not share contexts.
    contextName: randomUUID(),
    allowGlobalContext: false,
    // The kernel has already connected, and the database is at its heads.
    ensureDatabase: false,
    schemaGenerator: { ignoreSchema: [ledger] },
    // It qualifies every name. PostgreSQL's default needs no qualification.
    ...(tables !== usualSchemas.tables && { schema: tables }),
    discovery: {
      onMetadata: (meta: EntityMetadata) => {
        extendMetadata(meta, merged);
        if (tables !== usualSchemas.tables) assertNoSchemaNamed(meta, merged, tables);
        omitProperties(meta, merged);
      },
      warnWhenNoEntities: false,
      // Our own checks run after discovery, when the owners are known.
      checkDuplicateTableNames: false,
      checkDuplicateFieldNames: false,
      checkDuplicateEntities: false,
    },
    debug: false,
    colors: false,
  };
}
