/** The internal door, `@headwater/kernel/internal`: for `@headwater/dev` alone, without any promise to others. */
export { startStopwatch } from './boot/boot-report.ts';
export { bootLoadedApp } from './boot/boot.ts';
export type { App } from './boot/boot.ts';
export { declaredEntities } from './boot/declared-entities.ts';
export { kernelPackage } from './plugin/kernel-package.ts';
export { loadApp } from './boot/load-app.ts';
export type { LoadedApp } from './boot/load-app.ts';
export type {
  Catalog,
  CatalogColumn,
  CatalogConstraint,
  CatalogDefinition,
  CatalogEnum,
  CatalogIndex,
  CatalogPartition,
  CatalogSchema,
  CatalogTable,
  DefinitionKind,
  RowSecurity,
} from './catalog/catalog.ts';
export { catalogReader } from './catalog/read-catalog.ts';
export { counted } from './cli/format-text.ts';
export type { Command, Context, Input, Reply } from './cli/command.ts';
export type { Colors } from './cli/colors.ts';
export { openProgress } from './cli/progress.ts';
export { openRevisionSet, openConfig } from './cli/open-project.ts';
export { usageOf } from './cli/signature.ts';
export type { Config, DatabaseTarget } from './config/config.ts';
export { databaseTarget } from './config/database-target.ts';
export type { JsonObject } from './config/config-layers.ts';
export { projectRoot } from './config/project-root.ts';
export { readConfig } from './config/read-config.ts';
export { assertKnownKeys } from './config/invalid-value.ts';
export { isSql } from './contract/sql.ts';
export { serverErrorOf } from './db/server-error.ts';
export { serverSqlState } from './db/sql-state.ts';
export type { PgliteSession } from './db/pglite-session.ts';
export { openPglite } from './db/pglite-session.ts';
export { openSession } from './db/session.ts';
export type { Session } from './db/session.ts';
export { oldestSupportedMajor } from './db/supported-versions.ts';
export { loadEntities } from './entities/load-entities.ts';
export type { Entities } from './entities/load-entities.ts';
export type { EntityOwnership } from './entities/entity-ownership.ts';
export { exitCode } from './error/exit-code.ts';
export type { ExitCode } from './error/exit-code.ts';
export { shortMessage } from './error/short-message.ts';
export { defineError } from './error/define-error.ts';
export type { ErrorDefinition } from './error/define-error.ts';
export { errorFactory, errorGuard } from './error/code-table.ts';
export type { ErrorFactory, ErrorGuard } from './error/code-table.ts';
export { isKernelError, kernelError } from './error/kernel-codes.ts';
export type { KernelError } from './error/kernel-error.ts';
export { quoteInput } from './error/quote-input.ts';
export { nearestName } from './error/nearest-name.ts';
export { explainFileError } from './error/file-error.ts';
export { ancestorsOf } from './graph/ancestors.ts';
export type { GraphRevision } from './graph/graph-revision.ts';
export { assertOneHead, headsAmong, isActive } from './graph/heads-and-bases.ts';
export { revisionGraph } from './graph/revision-graph.ts';
export type { RevisionGraph } from './graph/revision-graph.ts';
export { isPluginName, isSlug } from './graph/revision-id.ts';
export { graphOfPlugins, loadRevisionSet } from './migrate/revision-set.ts';
export type { RevisionSet } from './migrate/revision-set.ts';
export { stamp, upgrade } from './migrate/migrate.ts';
export { readMigrationState } from './migrate/migration-state.ts';
export type { MigrationState } from './migrate/migration-state.ts';
export { explainSessionError, withSession } from './db/with-session.ts';
export { inferDependencies, touchedObjects } from './ownership/inferred-dependencies.ts';
export { schemaHistory } from './ownership/schema-history.ts';
export type { HistoryRevision, SchemaHistory } from './ownership/schema-history.ts';
export { trackStatement } from './sql/track-statement.ts';
export { findObject, partsOfTable } from './sql/tracked-object.ts';
export type { TrackedObject, TrackedObjects } from './sql/tracked-object.ts';
export { trackedSchema } from './sql/tracked-schema.ts';
export type { TrackedSchema } from './sql/tracked-schema.ts';
export { isCreatedInSameSql, isNewTable, unattributed } from './sql/unattributed-sql.ts';
export { isBuiltinFunction } from './sql/builtin-function.ts';
export { defaultName, longestName } from './sql/default-name.ts';
export { lookupKey, objectKey } from './sql/object-key.ts';
export { nameText, parseName } from './sql/qualified-name.ts';
export { quoteIdentifier, quoteIdentifiers, quoteLiteral, quoteName } from './sql/quote.ts';
export { readSql, trackSql } from './sql/read-sql.ts';
export type { SqlStatement } from './sql/read-sql.ts';
export { identifierIn, scanSql } from './sql/scan-sql.ts';
export { displayName, kindsNamedInCode } from './sql/sql-object.ts';
export type { SqlKind, SqlObject, SqlType } from './sql/sql-object.ts';
export { explainType, isSerial, sqlType } from './sql/sql-type.ts';
export { isNullConstant, nameFromNodes, nodesIn, optionsIn, relationName, stringsIn } from './sql/syntax-tree.ts';
export { stampPlan } from './plan/stamp-plan.ts';
export { openDeadline } from './plugin/deadline.ts';
export { importDefinition } from './plugin/plugin-module.ts';
export { findPluginPackages } from './plugin/installed-plugins.ts';
export { loadPluginSet } from './plugin/load-plugin-set.ts';
export { manifestFormat, manifestPath, manifestText, sumOf } from './plugin/manifest.ts';
export type { Manifest, ManifestCode, ManifestRevision } from './plugin/manifest.ts';
export { normalHash, sameTokens } from './plugin/revision-hash.ts';
export { kernelName } from './plugin/package-location.ts';
export { openPackages, realFolder } from './plugin/packages.ts';
export type { PackageFile, Packages } from './plugin/packages.ts';
export { readPluginFields } from './plugin/plugin-fields.ts';
export type { PluginFields } from './plugin/plugin-fields.ts';
export { pluginPeers, sinceOf } from './plugin/plugin-peers.ts';
export { hardRequirements } from './plugin/plugin-set.ts';
export type { Plugin, PluginSet } from './plugin/plugin-set.ts';
export { checkRevision } from './plugin/revision-check.ts';
export { assertDependenciesRequired } from './plugin/revision-dependencies.ts';
export { loadRevisionFiles } from './plugin/revision-files.ts';
export type { Revision, RevisionBody } from './plugin/revision.ts';
export { lockPath, readLock } from './plugin/revisions-lock.ts';
export type { LockedRevision, RevisionsLock } from './plugin/revisions-lock.ts';
export { countStatements, verbatimRanges } from './plugin/sql-lexer.ts';
export type { TextRange } from './plugin/sql-lexer.ts';
export { concurrentDropOf, concurrentIndexOf } from './run/concurrent-index.ts';
export { speedUpModuleLookup } from './runtime/module-lookup.ts';
export { allowSources } from './runtime/source-condition.ts';
