import { codeEntry, listOf } from '../code-entry.ts';
import { exitCode } from '../exit-code.ts';
import { quoted } from '../quoted.ts';

/** A plugin, for a message. */
export interface Who {
  readonly plugin: string;
  readonly package: string;
}

const named = (d: Who): string => `the plugin "${d.plugin}" (${d.package})`;
const Named = (d: Who): string => `The plugin "${d.plugin}" (${d.package})`;

/** Something that two plugins claim, and under which name each of them does. */
export interface Claim extends Who {
  readonly name: string;
}

const claimsOf = (claims: readonly Claim[]): string => {
  const several = new Set(claims.map(({ name }) => name)).size > 1;
  return listOf(claims.map((claim) => `by ${named(claim)}${several ? ` as ${claim.name}` : ''}`));
};

/** Refusals of entities and extensions, all before a connection opens; and of what services do with the database. */
export const schemaCodes = {
  ENTITY_INVALID: codeEntry({
    exit: exitCode.pluginNotLoadable,
    message: (d: { plugin: string | null; package: string | null; entity: string | null; problem: string }) => {
      const of = d.plugin === null ? 'the active plugins' : named({ plugin: d.plugin, package: d.package ?? '?' });
      return `The entities of ${of} make no schema${d.entity === null ? '' : `, because of ${d.entity}`}: ${d.problem}.`;
    },
    hint: () =>
      'An entity is made by defineEntity, a class that extends its `class`, and setClass. Where one is undefined, two ' +
      'files import each other: name it in a function, () => p.manyToOne(User).',
  }),
  ENTITY_CLASS_MISSING: codeEntry({
    exit: exitCode.pluginNotLoadable,
    message: (d: Who & { entity: string }) =>
      `${Named(d)} lists ${d.entity} under "entities", a class that no schema was given: MikroORM would take it for an ` +
      'abstract entity without a table.',
    hint: (d) =>
      `After "class ${d.entity} extends ${d.entity}Schema.class {}" write: ${d.entity}Schema.setClass(${d.entity});`,
  }),
  ENTITY_COLLISION: codeEntry({
    exit: exitCode.incompatible,
    message: (d: { what: 'entity' | 'table' | 'enum'; name: string; claims: readonly Claim[] }) =>
      `The ${d.what} "${d.name}" is declared twice: ${claimsOf(d.claims)}.`,
    hint: (d) =>
      d.what === 'entity'
        ? 'Rename one of the classes (its table may keep its name), or deactivate one of the plugins.'
        : `Rename one of the two; a ${d.what}'s name begins with its plugin's, like "likes_like".`,
  }),
  COLUMN_COLLISION: codeEntry({
    exit: exitCode.incompatible,
    message: (d: { what: 'property' | 'column'; name: string; claims: readonly Claim[] }) =>
      `The ${d.what} "${d.name}" is declared twice: ${claimsOf(d.claims)}.`,
    hint: () =>
      'Rename the one that extends (a subtype has all properties of what it extends), or deactivate one of the plugins.',
  }),
  ENTITY_NOT_REGISTERED: codeEntry({
    exit: exitCode.incompatible,
    message: (d: Who & { from: string; uses: EntityUse; entity: string }) =>
      `${Named(d)} ${d.uses} the entity ${d.entity} in ${d.from}, which no active plugin lists under "entities".`,
    hint: () =>
      'List it under "entities" of the plugin it belongs to, and activate that plugin: npx kernel plugin:enable <name>. ' +
      'A relation to a plugin that may be absent goes into a bridge plugin that requires both.',
  }),
  ENTITY_NOT_REQUIRED: codeEntry({
    exit: exitCode.incompatible,
    message: (d: Who & { from: string; uses: EntityUse; entity: string; owner: string; ownerPackage: string }) =>
      `${Named(d)} ${d.uses} the entity ${d.entity} in ${d.from}, which belongs to ` +
      `${named({ plugin: d.owner, package: d.ownerPackage })}, and does not require that plugin.`,
    hint: (d) =>
      `Write in the package.json of ${d.package}: "peerDependencies": { "${d.ownerPackage}": "^1.0.0" }. Where that plugin ` +
      'is optional, put the relation into a bridge plugin that requires both.',
  }),
  EXTENSION_INVALID: codeEntry({
    exit: exitCode.pluginNotLoadable,
    message: (d: Who & { entity: string; property: string | null; problem: string }) =>
      `${Named(d)} extends ${d.entity}${d.property === null ? '' : ` with "${d.property}"`}: ${d.problem}.`,
    hint: () =>
      'An extension adds ordinary properties to the class of an entity that has a table of its own: ' +
      'extendEntity(ContentObject, { likesCount: p.integer().default(0) })',
  }),
  EXTENSION_REQUIRED: codeEntry({
    exit: exitCode.pluginNotLoadable,
    message: (d: Who & { entity: string; property: string; table: string; column: string }) =>
      `${Named(d)} extends ${d.entity} with "${d.property}", whose column ${d.table}.${d.column} is required and has no ` +
      'default in the database: once this plugin is off, every insert into that table fails.',
    hint: (d) =>
      `Make it nullable, or give the database a default: ${d.property}: p.….nullable(), .default(value) or ` +
      '.defaultRaw("sql"). A default that code sets (onCreate, a class field) does not count.',
  }),
  INHERITANCE_REFUSED: codeEntry({
    exit: exitCode.pluginNotLoadable,
    message: (d: Who & { entity: string; base: string; owner: string; kind: 'single-table' | 'copied' }) =>
      `${Named(d)}: ${d.entity} extends ${d.base} of the plugin "${d.owner}", ` +
      (d.kind === 'single-table'
        ? 'which keeps its subtypes in one table. Across plugins that is refused: columns of this plugin would stand in ' +
          'that table, and joins to a concrete root lose the rows of subclasses.'
        : 'which would copy all of its columns into a table of this plugin, now and at each change of it.'),
    hint: (d) =>
      `Let ${d.base} say inheritance: 'tpt' (a table for each type), or refer to it with p.manyToOne(${d.base}).`,
  }),
  INDEX_INHERITED: codeEntry({
    exit: exitCode.pluginNotLoadable,
    message: (d: Who & { entity: string; kind: 'index' | 'unique'; property: string; base: string; table: string }) =>
      `${Named(d)}: ${d.entity} declares ${d.kind === 'index' ? 'an index' : 'a unique constraint'} over "${d.property}", ` +
      `which it inherits from ${d.base}: its own table ${d.table} has no such column.`,
    hint: (d) =>
      `An index lies on one table. Declare it on ${d.base}, or over properties that ${d.entity} declares itself.`,
  }),
  RELATION_INHERITED: codeEntry({
    exit: exitCode.pluginNotLoadable,
    message: (d: Who & { entity: string; property: string; subtype: string; subtypeOwner: string; table: string }) =>
      `${Named(d)}: the many-to-many relation ${d.entity}.${d.property} is inherited by ${d.subtype} of the plugin ` +
      `"${d.subtypeOwner}", and MikroORM would make a second pivot table "${d.table}" for it.`,
    hint: (d) =>
      `Give the pivot table an entity of its own: ${d.property}: () => p.manyToMany(…).pivotEntity(() => …).`,
  }),
  RELATION_NOT_DEFERRED: codeEntry({
    exit: exitCode.pluginNotLoadable,
    message: (d: Who & { entity: string; property: string; target: string }) =>
      `${Named(d)}: ${d.entity}.${d.property} refers to ${d.target}, a subtype with a table of its own. MikroORM may write ` +
      'such a row before the one it refers to, and the foreign key refuses it.',
    hint: (d) =>
      `Let the key be checked at commit: ${d.property}: () => p.….deferMode('deferred'), and "deferrable initially ` +
      'deferred" in the revision; or refer to the root of the subtype.',
  }),
  IDENTIFIER_TOO_LONG: codeEntry({
    exit: exitCode.revisionInvalid,
    message: (d: Who & { kind: string; name: string; bytes: number }) =>
      `${Named(d)}: the name of the ${d.kind} ${quoted(d.name, 80)} has ${d.bytes} bytes; PostgreSQL cuts it after 63.`,
    hint: () => 'Give it a shorter name: tableName, .fieldName(), or `name` of an index, unique or check.',
  }),
  DATABASE_CONTEXT_MISSING: codeEntry({
    exit: exitCode.pluginNotLoadable,
    message: (d: { what: string }) => `${d.what} was used outside a context of its own.`,
    hint: () =>
      'start, routes and commands of a plugin run inside one. Code that begins elsewhere (a timer, a queue) gets one ' +
      'with: database.inContext(async () => { … })',
    written: () => 'This call wrote nothing.',
  }),
  DATABASE_DEADLOCK: codeEntry({
    exit: exitCode.pluginNotLoadable,
    message: (d: { seconds: number }) =>
      'A query outside the open transaction was awaited inside it. The embedded database has one connection, which the ' +
      `transaction holds, so both would wait for ever; this query gave up after ${d.seconds} s.`,
    hint: () =>
      'Inside transactional(…) use its own EntityManager, or `database.em`; not em.fork(), and no transaction of its own ' +
      '(propagation "requires new"). Work that need not be in the transaction goes after it.',
    written: () => 'This query wrote nothing; the transaction is rolled back where the error leaves it.',
  }),
  SCHEMA_UPDATE_REFUSED: codeEntry({
    exit: exitCode.pluginNotLoadable,
    message: (d: { database: string }) =>
      `MikroORM's schema generator is not offered on ${d.database}: it knows the entities of the active plugins only, and ` +
      'would drop the tables of all others.',
    hint: () => 'The schema changes by revisions alone: npx kernel migrate:create <plugin>',
  }),
};

/** How one plugin's entity uses another's. */
export type EntityUse = 'refers to' | 'inherits from' | 'extends';
