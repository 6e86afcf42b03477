/** Internal door `@headwater/kernel/internal/catalog`, for `@headwater/dev` alone: reading a database's catalog. */
export type {
  Catalog,
  CatalogColumn,
  CatalogConstraint,
  CatalogDefinition,
  CatalogEnum,
  CatalogIndex,
  CatalogPartition,
  CatalogSchema,
  CatalogSequence,
  CatalogSetting,
  CatalogTable,
  DefinitionKind,
  RowSecurity,
} from '../catalog/catalog.ts';
export { inSchemas, nameSql } from '../catalog/query-fragments.ts';
export { catalogReader } from '../catalog/read-catalog.ts';
