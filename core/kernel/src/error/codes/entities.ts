import { defineError } from '../define-error.ts';
import { joinNames } from '../join-names.ts';
import { exitCode } from '../exit-code.ts';
import { quoteInput } from '../quote-input.ts';

/** A plugin in the details of an error. */
export interface PluginRef {
  readonly plugin: string;
  readonly package: string;
}

const thePlugin = (d: PluginRef): string => `the plugin "${d.plugin}" (${d.package})`;
const ThePlugin = (d: PluginRef): string => `The plugin "${d.plugin}" (${d.package})`;

/** One of several plugins that declare the same object, with the name of its entity or property. */
export interface Claim extends PluginRef {
  readonly name: string;
}

const claimsOf = (claims: readonly Claim[]): string => {
  const several = new Set(claims.map(({ name }) => name)).size > 1;
  return joinNames(claims.map((claim) => `by ${thePlugin(claim)}${several ? ` as ${claim.name}` : ''}`));
};

/**
 * Errors of entities and extensions, all thrown before a connection is opened, and of services that use the database.
 */
export const entityCodes = {
  ENTITY_INVALID: defineError({
    exit: exitCode.pluginNotLoadable,
    message: (d: { plugin: string | null; package: string | null; entity: string | null; problem: string }) => {
      const of = d.plugin === null ? 'the active plugins' : thePlugin({ plugin: d.plugin, package: d.package ?? '?' });
      return `The entities of ${of} are invalid${d.entity === null ? '' : `, because of ${d.entity}`}: ${d.problem}.`;
    },
    hint: (d) =>
      d.problem.includes("'type' or 'entity' attribute")
        ? "State the type in the decorator: @Property({ type: 'string' }). Or let the plugin read the types that TypeScript " +
          'emits with "emitDecoratorMetadata": metadataProvider: ReflectMetadataProvider in definePlugin.'
        : d.problem.startsWith('Could not convert JS value')
          ? 'A default has the type of its property, like .default([]) for an array. SQL belongs in .defaultRaw("sql").'
          : 'Declare an entity with defineEntity, a class that extends its `class`, and setClass, or with @Entity(). If an ' +
            'entity is undefined, two files may import each other: refer to it in a function, () => p.manyToOne(User).',
  }),
  ENTITY_CLASS_MISSING: defineError({
    exit: exitCode.pluginNotLoadable,
    message: (d: PluginRef & { entity: string; decorated: boolean }) =>
      `${ThePlugin(d)} lists the class ${d.entity} under "entities", but ` +
      (d.decorated ? 'it has no @Entity(), and no listed entity extends it' : 'no schema has been set for it') +
      '. MikroORM would treat it as an abstract entity without a table.',
    hint: (d) =>
      d.decorated
        ? `You may have forgotten this line before "class ${d.entity}": @Entity({ tableName: '…' })`
        : `You may have forgotten this line after "class ${d.entity} extends ${d.entity}Schema.class {}": ` +
          `${d.entity}Schema.setClass(${d.entity}); or, for a class with decorators, @Entity() before it.`,
  }),
  ENTITY_COLLISION: defineError({
    exit: exitCode.incompatible,
    message: (d: { what: 'entity' | 'table' | 'enum'; name: string; claims: readonly Claim[] }) =>
      `The ${d.what} "${d.name}" is declared twice: ${claimsOf(d.claims)}.`,
    hint: (d) =>
      d.what === 'entity'
        ? 'Rename one of the classes (its table may keep its name), or disable one of the plugins.'
        : `Rename one of them. The name of ${d.what === 'enum' ? 'an enum' : 'a table'} should begin with that of its ` +
          'plugin: "likes_like".',
  }),
  ENTITY_SCHEMA_NAMED: defineError({
    exit: exitCode.incompatible,
    message: (d: PluginRef & { from: string; schema: string; tables: string }) =>
      `${ThePlugin(d)} names the schema "${d.schema}" in ${d.from}, but the tables of this application are in "${d.tables}".`,
    hint: (d) =>
      'Leave the schema out of the entity: tables without one are in that of the application. To use entities that name ' +
      `"${d.schema}", leave out "schema" under "database" in the config, so that the tables are in "public".`,
  }),
  COLUMN_COLLISION: defineError({
    exit: exitCode.incompatible,
    message: (d: { what: 'property' | 'column'; name: string; claims: readonly Claim[] }) =>
      `The ${d.what} "${d.name}" is declared twice: ${claimsOf(d.claims)}.`,
    hint: () =>
      'Rename the property of the extension or of the subtype (a subtype inherits all properties), or disable one of the ' +
      'plugins.',
  }),
  ENTITY_NOT_REGISTERED: defineError({
    exit: exitCode.incompatible,
    message: (d: PluginRef & { from: string; uses: EntityUse; entity: string }) =>
      `${ThePlugin(d)} ${d.uses} the entity ${d.entity} in ${d.from}, but no active plugin lists that entity under ` +
      '"entities".',
    hint: () =>
      'List it under "entities" of the plugin that it belongs to, and activate that plugin: npx kernel plugin:enable ' +
      '<name>. Put a relation to an optional plugin into a bridge plugin that requires both.',
  }),
  ENTITY_NOT_REQUIRED: defineError({
    exit: exitCode.incompatible,
    message: (d: PluginRef & { from: string; uses: EntityUse; entity: string; owner: string; ownerPackage: string }) =>
      `${ThePlugin(d)} ${d.uses} the entity ${d.entity} in ${d.from}, but does not require the plugin that owns it: ` +
      `"${d.owner}" (${d.ownerPackage}).`,
    hint: (d) =>
      `Add to the package.json of ${d.package}: "peerDependencies": { "${d.ownerPackage}": "^1.0.0" }. If that plugin is ` +
      'optional, put the relation into a bridge plugin that requires both.',
  }),
  EXTENSION_INVALID: defineError({
    exit: exitCode.pluginNotLoadable,
    message: (d: PluginRef & { entity: string; property: string | null; problem: string }) =>
      `${ThePlugin(d)} extends ${d.entity}${d.property === null ? '' : ` with "${d.property}"`}: ${d.problem}.`,
    hint: () =>
      'An extension adds ordinary properties to the class of an entity that has its own table: ' +
      'extendEntity(ContentObject, { likesCount: p.integer().default(0) })',
  }),
  EXTENSION_REQUIRED: defineError({
    exit: exitCode.pluginNotLoadable,
    message: (d: PluginRef & { entity: string; property: string; table: string; column: string }) =>
      `${ThePlugin(d)} extends ${d.entity} with "${d.property}", but its column ${d.table}.${d.column} is required and has no ` +
      'database default. Without this plugin, every insert into that table would fail.',
    hint: (d) =>
      `Make it nullable or give it a database default: ${d.property}: p.….nullable(), .default(value) or ` +
      '.defaultRaw("sql"). A default that is set in code (onCreate, a class field) does not count.',
  }),
  INHERITANCE_REFUSED: defineError({
    exit: exitCode.pluginNotLoadable,
    message: (d: PluginRef & { entity: string; base: string; owner: string; kind: 'single-table' | 'copied' }) =>
      `${ThePlugin(d)}: ${d.entity} extends ${d.base} of the plugin "${d.owner}", ` +
      (d.kind === 'single-table'
        ? 'which stores its subtypes in a single table. Across plugins that is not supported: the table would have columns ' +
          'of this plugin, and joins to a concrete root lose the rows of subclasses.'
        : 'whose columns would all be copied into a table of this plugin, now and after every change.'),
    hint: (d) =>
      `Set inheritance: 'tpt' (one table per type) on ${d.base}, or refer to it with p.manyToOne(${d.base}).`,
  }),
  INDEX_INHERITED: defineError({
    exit: exitCode.pluginNotLoadable,
    message: (
      d: PluginRef & { entity: string; kind: 'index' | 'unique'; property: string; base: string; table: string },
    ) =>
      `${ThePlugin(d)}: ${d.entity} declares ${d.kind === 'index' ? 'an index' : 'a unique constraint'} on ` +
      `"${d.property}", which it inherits from ${d.base}. Its own table ${d.table} does not have that column.`,
    hint: (d) =>
      `An index covers columns of one table. Declare it on ${d.base}, or on properties that ${d.entity} itself declares.`,
  }),
  RELATION_INHERITED: defineError({
    exit: exitCode.pluginNotLoadable,
    message: (
      d: PluginRef & { entity: string; property: string; subtype: string; subtypeOwner: string; table: string },
    ) =>
      `${ThePlugin(d)}: the many-to-many relation ${d.entity}.${d.property} is inherited by ${d.subtype} of the plugin ` +
      `"${d.subtypeOwner}", for which MikroORM would create a second pivot table "${d.table}".`,
    hint: (d) => `Declare an entity for the pivot table: ${d.property}: () => p.manyToMany(…).pivotEntity(() => …).`,
  }),
  RELATION_NOT_DEFERRED: defineError({
    exit: exitCode.pluginNotLoadable,
    message: (d: PluginRef & { entity: string; property: string; target: string }) =>
      `${ThePlugin(d)}: ${d.entity}.${d.property} refers to ${d.target}, a subtype with its own table. MikroORM may insert ` +
      'the row before the row that it refers to, which violates the foreign key.',
    hint: (d) =>
      `Have the foreign key checked at commit: ${d.property}: () => p.….deferMode('deferred'), and "deferrable initially ` +
      'deferred" in the revision. Or refer to the root of the subtype.',
  }),
  IDENTIFIER_TOO_LONG: defineError({
    exit: exitCode.revisionInvalid,
    message: (d: PluginRef & { kind: string; name: string; bytes: number }) =>
      `${ThePlugin(d)}: the name of the ${d.kind} ${quoteInput(d.name, 80)} has ${d.bytes} bytes; PostgreSQL truncates ` +
      'names to 63.',
    hint: () => 'Set a shorter name: tableName, .fieldName(), or `name` of an index, unique constraint or check.',
  }),
  DATABASE_CONTEXT_MISSING: defineError({
    exit: exitCode.pluginNotLoadable,
    message: (d: { what: string }) => `${d.what} was used outside a database context.`,
    hint: () =>
      'The start, the routes and the commands of a plugin run in one. Other code, such as a timer or a queue, needs: ' +
      'database.inContext(async () => { … }). The request handlers of a host need: app.run(async () => { … })',
    written: () => 'This call wrote nothing.',
  }),
  DATABASE_DEADLOCK: defineError({
    exit: exitCode.pluginNotLoadable,
    message: (d: { seconds: number }) =>
      'A query outside the open transaction was awaited inside it. The embedded database has one connection, which the ' +
      `transaction holds, so both would wait forever. The query gave up after ${d.seconds} s.`,
    hint: () =>
      'Inside transactional(…) use the EntityManager that it passes, or `database.em`, but not em.fork() or ' +
      'propagation "requires new". Move work that is not part of the transaction after it.',
    written: () => 'This query wrote nothing. The transaction is rolled back unless its code catches the error.',
  }),
  SCHEMA_UPDATE_REFUSED: defineError({
    exit: exitCode.pluginNotLoadable,
    message: (d: { database: string }) =>
      `MikroORM's schema generator is disabled on ${d.database}: it knows only the entities of the active plugins, and ` +
      'would drop all other tables.',
    hint: () => 'Change the schema with a revision: npx kernel migrate:create <plugin>',
  }),
};

/** How one plugin's entity uses another plugin's entity. */
export type EntityUse = 'refers to' | 'inherits from' | 'extends';
