import { p } from '@mikro-orm/core';
import fc from 'fast-check';
import { extendEntity } from '../../../kernel/src/contract/extend-entity.ts';
import { entity } from '../../../kernel/test/entities/support.ts';
import type { InMemoryPlugin } from '../../../../test/helper/authoring.ts';

/** The plugins of every random application in dependency order, with their requirements. */
export const requirements: Readonly<Record<string, readonly string[]>> = {
  core: [],
  likes: ['core'],
  mail: ['core'],
  tags: ['core', 'likes'],
};
const plugins = Object.keys(requirements);

const kinds = [
  'int',
  'bigint',
  'numeric',
  'text',
  'varchar',
  'bool',
  'time',
  'enum',
  'choice',
  'relation',
  'computed',
] as const;

/**
 * A column of the table's own plugin, or of another plugin that extends the entity. Its name has the prefix of its
 * plugin.
 */
interface RandomColumn {
  readonly name: string;
  readonly plugin: string;
  readonly kind: (typeof kinds)[number];
  readonly nullable: boolean;
  readonly hasDefault: boolean;
  readonly index: boolean;
  readonly unique: boolean;
  readonly check: boolean;
  readonly comment: boolean;
  /** The referenced table of a relation, the source column of a computed column, or the type name of an enum. */
  readonly of: string;
}

interface RandomTable {
  readonly name: string;
  readonly plugin: string;
  /** The table of its supertype. */
  readonly parent: string | null;
  readonly columns: readonly RandomColumn[];
  /** Whether there is an index over its first two own columns. */
  readonly pair: boolean;
  readonly comment: boolean;
}

interface RandomPivot {
  readonly name: string;
  readonly plugin: string;
  readonly from: string;
  readonly to: string;
}

/** The entities of an application, as data. */
export interface RandomState {
  readonly tables: readonly RandomTable[];
  readonly pivots: readonly RandomPivot[];
  /** Values by type. */
  readonly enums: ReadonlyMap<string, readonly string[]>;
  /** The number of names given so far. */
  readonly named: number;
}

/** An application without entities. */
export const nothing: RandomState = { tables: [], pivots: [], enums: new Map(), named: 0 };

/** One edit by an author. The numbers choose among the entities that exist at that time. */
export interface Edit {
  readonly what: 'table' | 'column' | 'pivot' | 'less' | 'change' | 'values';
  readonly plugin: number;
  readonly pick: number;
  readonly kind: number;
  readonly flags: number;
}

/**
 * Rounds of edits, after each of which the revisions of its authors are created. The first round fills the application.
 */
export const histories: fc.Arbitrary<readonly (readonly Edit[])[]> = fc.tuple(
  fc
    .tuple(
      ...plugins.map((_, plugin) =>
        fc.tuple(anEdit(['table'], plugin), ...Array.from({ length: 4 }, () => anEdit(['column'], plugin))),
      ),
    )
    .map((edits) => edits.flat()),
  round(12),
  round(12),
);

function round(most: number): fc.Arbitrary<readonly Edit[]> {
  const what = [
    'table',
    'column',
    'column',
    'pivot',
    'less',
    'less',
    'change',
    'change',
    'change',
    'change',
    'values',
  ] as const;
  return fc.array(anEdit(what), { minLength: 4, maxLength: most, size: 'max' });
}

function anEdit(what: readonly Edit['what'][], plugin?: number): fc.Arbitrary<Edit> {
  // With fast-check's bias most numbers would be small, and most edits would change the first table.
  return fc.noBias(
    fc.record({
      what: fc.constantFrom(...what),
      plugin: plugin === undefined ? fc.nat({ max: plugins.length - 1 }) : fc.constant(plugin),
      pick: fc.nat({ max: 1000 }),
      kind: fc.nat({ max: kinds.length - 1 }),
      flags: fc.nat({ max: 127 }),
    }),
  );
}

/**
 * Returns the state after an edit, or the same state if the edit is impossible. `base` is the state at the beginning of
 * the round. The database still has the objects of that time, so an object that another plugin used then cannot be
 * removed in the same round.
 */
export function edited(state: RandomState, base: RandomState, edit: Edit): RandomState {
  const plugin = plugins[edit.plugin] ?? 'core';
  const seen = new Set([plugin, ...(requirements[plugin] ?? [])]);
  const visible = state.tables.filter((table) => seen.has(table.plugin));
  const own = visible.filter((table) => table.plugin === plugin);
  switch (edit.what) {
    case 'table':
      return withTable(state, plugin, visible, edit);
    case 'column':
      return withColumn(state, plugin, visible, edit);
    case 'pivot':
      return withPivot(state, plugin, own, visible, edit);
    case 'less':
      return withLess(state, base, plugin, edit);
    case 'change':
      return withChange(state, plugin, edit);
    default:
      return withValues(state, plugin, edit);
  }
}

function chosen<T>(from: readonly T[], pick: number): T | undefined {
  return from.length === 0 ? undefined : from[pick % from.length];
}

function withTable(
  state: RandomState,
  plugin: string,
  visible: readonly RandomTable[],
  { pick, flags }: Edit,
): RandomState {
  const roots = visible.filter(
    ({ name, parent }) => parent === null && !state.pivots.some(({ from }) => from === name),
  );
  const parent = (flags & 3) === 0 ? (chosen(roots, pick)?.name ?? null) : null;
  const table: RandomTable = {
    name: `${plugin}_t${state.named}`,
    plugin,
    parent,
    columns: [],
    pair: (flags & 4) !== 0,
    comment: (flags & 8) !== 0,
  };
  return { ...state, tables: [...state.tables, table], named: state.named + 1 };
}

function withColumn(state: RandomState, plugin: string, visible: readonly RandomTable[], edit: Edit): RandomState {
  const table = chosen(visible, edit.pick);
  if (table === undefined) return state;
  const kind = kinds[edit.kind] ?? 'int';
  const numbers = table.columns.filter(
    (column) => column.plugin === plugin && (column.kind === 'int' || column.kind === 'bigint'),
  );
  const types = [...state.enums.keys()].filter((name) => name.startsWith(`${plugin}_`));
  const of =
    kind === 'relation'
      ? chosen(visible, edit.flags)?.name
      : kind === 'computed'
        ? chosen(numbers, edit.flags)?.name
        : kind === 'enum'
          ? (chosen(types, edit.flags) ?? `${plugin}_e${state.named}`)
          : '';
  if (of === undefined) return state;
  const flag = (bit: number): boolean => (edit.flags & (1 << bit)) !== 0;
  const column: RandomColumn = settled(
    {
      name: `${plugin}_c${state.named}`,
      plugin,
      kind,
      nullable: flag(0),
      hasDefault: flag(1),
      index: flag(2),
      unique: flag(3) && flag(4),
      check: flag(5),
      comment: flag(6),
      of,
    },
    table,
  );
  const enums = kind === 'enum' && !state.enums.has(of) ? new Map(state.enums).set(of, ['a', 'b']) : state.enums;
  return {
    ...withTableOf(state, table.name, (old) => ({ ...old, columns: [...old.columns, column] })),
    enums,
    named: state.named + 1,
  };
}

/** Makes a column valid: on another plugin's table it has to be nullable or have a default. */
function settled(column: RandomColumn, table: RandomTable): RandomColumn {
  const isForeign = column.plugin !== table.plugin;
  const canDefault = column.kind !== 'relation' && column.kind !== 'computed';
  return {
    ...column,
    hasDefault: column.hasDefault && canDefault,
    nullable: column.nullable || (isForeign && !(column.hasDefault && canDefault)),
    index: column.index && !column.unique,
  };
}

function withTableOf(state: RandomState, name: string, change: (table: RandomTable) => RandomTable): RandomState {
  return { ...state, tables: state.tables.map((table) => (table.name === name ? change(table) : table)) };
}

function withPivot(
  state: RandomState,
  plugin: string,
  own: readonly RandomTable[],
  visible: readonly RandomTable[],
  { pick, flags }: Edit,
): RandomState {
  const free = own.filter(
    ({ name, parent }) => parent === null && !state.tables.some((other) => other.parent === name),
  );
  const from = chosen(free, pick)?.name;
  const to = chosen(
    visible.filter(({ parent }) => parent === null),
    flags,
  )?.name;
  if (from === undefined || to === undefined) return state;
  const pivot = { name: `${plugin}_m${state.named}`, plugin, from, to };
  return { ...state, pivots: [...state.pivots, pivot], named: state.named + 1 };
}

function withLess(state: RandomState, base: RandomState, plugin: string, { pick, kind }: Edit): RandomState {
  if (kind < 3) {
    const table = chosen(
      state.tables.filter((one) => one.plugin === plugin && !isUsed(one.name, [state, base])),
      pick,
    );
    if (table === undefined) return state;
    return {
      ...state,
      tables: state.tables.filter((other) => other !== table),
      pivots: state.pivots.filter(({ from }) => from !== table.name),
    };
  }
  if (kind < 5) {
    const pivot = chosen(
      state.pivots.filter((one) => one.plugin === plugin),
      pick,
    );
    return { ...state, pivots: state.pivots.filter((other) => other !== pivot) };
  }
  const columns = state.tables.flatMap((table) => table.columns.filter((column) => column.plugin === plugin));
  const column = chosen(
    columns.filter(({ name }) => !columns.some(({ kind: other, of }) => other === 'computed' && of === name)),
    pick,
  );
  const tables = state.tables.map((table) => ({
    ...table,
    columns: table.columns.filter((other) => other !== column),
  }));
  return { ...state, tables };
}

/** Whether anything depends on the table in one of the states, not counting columns and pivots of its own plugin. */
function isUsed(name: string, states: readonly RandomState[]): boolean {
  return states.some(
    ({ tables, pivots }) =>
      tables.some(
        (table) =>
          table.parent === name ||
          table.columns.some(
            (column) =>
              (table.name === name && column.plugin !== table.plugin) ||
              (table.name !== name && column.kind === 'relation' && column.of === name),
          ),
      ) || pivots.some(({ to, from }) => to === name && from !== name),
  );
}

const families: readonly (readonly RandomColumn['kind'][])[] = [
  ['int', 'bigint', 'numeric'],
  ['text', 'varchar', 'choice'],
  ['int', 'text'],
  ['enum', 'text'],
];

function withChange(state: RandomState, plugin: string, { pick, kind, flags }: Edit): RandomState {
  const all = state.tables.flatMap((table) => table.columns.map((column) => ({ table, column })));
  const found = chosen(
    all.filter(({ column }) => column.plugin === plugin),
    pick,
  );
  if (found === undefined) return state;
  const { table, column } = found;
  const isBase = table.columns.some((other) => other.kind === 'computed' && other.of === column.name);
  const next = (): RandomColumn['kind'] => {
    if (isBase) return column.kind === 'int' ? 'bigint' : 'int';
    const family = families.filter((one) => one.includes(column.kind))[flags % 2];
    const to = family?.[(family.indexOf(column.kind) + 1) % family.length] ?? column.kind;
    // A change back to an enum would need the name of its type.
    return to === 'enum' ? column.kind : to;
  };
  const changes: readonly Partial<RandomColumn>[] = [
    { nullable: !column.nullable },
    { hasDefault: !column.hasDefault },
    { index: !column.index },
    { unique: !column.unique },
    { check: !column.check },
    { comment: !column.comment },
    { kind: next() },
  ];
  const changed = settled({ ...column, ...chosen(changes, kind) }, table);
  const columns = table.columns.map((other) => (other === column ? changed : other));
  return withTableOf(state, table.name, (old) => ({
    ...old,
    columns,
    pair: flags < 32 && table.plugin === plugin ? !old.pair : old.pair,
  }));
}

function withValues(state: RandomState, plugin: string, { pick, kind, flags }: Edit): RandomState {
  const types = [...state.enums].filter(([name]) => name.startsWith(`${plugin}_`));
  const [name, values] = chosen(types, pick) ?? [];
  if (name === undefined || values === undefined) return state;
  const value = `v${state.named}`;
  const at = flags % (values.length + 1);
  const other =
    kind < 5
      ? values.toSpliced(at, 0, value)
      : kind < 8 && values.length > 1
        ? values.toSpliced(flags % values.length, 1)
        : values.toReversed();
  return { ...state, enums: new Map(state.enums).set(name, other), named: state.named + 1 };
}

/** Returns the plugins with the entities of a state. */
export function pluginsOf(state: RandomState): readonly InMemoryPlugin[] {
  const classes = new Map<string, ReturnType<typeof entity>>();
  const classOf = (name: string): ReturnType<typeof entity> => {
    const known = classes.get(name);
    if (known !== undefined) return known;
    const table = state.tables.find((one) => one.name === name);
    if (table === undefined) throw new Error(`no table ${name}`);
    const made = entityOf(table, state, classOf);
    classes.set(name, made);
    return made;
  };
  return plugins.map((name) => ({
    name,
    requires: requirements[name] ?? [],
    entities: state.tables.filter(({ plugin }) => plugin === name).map((table) => classOf(table.name)),
    extend: state.tables.flatMap((table) => {
      const columns = table.columns.filter(({ plugin }) => plugin === name && plugin !== table.plugin);
      return columns.length === 0 ? [] : [extendEntity(classOf(table.name), propertiesOf(columns, state, classOf))];
    }),
  }));
}

type ClassOf = (name: string) => ReturnType<typeof entity>;

function entityOf(table: RandomTable, state: RandomState, classOf: ClassOf): ReturnType<typeof entity> {
  const own = table.columns.filter(({ plugin }) => plugin === table.plugin);
  const isRoot = state.tables.some(({ parent }) => parent === table.name);
  const [first, second] = own.map(({ name }) => propertyName(name));
  const relations = state.pivots.filter(({ from }) => from === table.name);
  return entity(className(table.name), table.name, {
    ...(table.parent !== null && { extends: classOf(table.parent) }),
    ...(isRoot && { inheritance: 'tpt' }),
    ...(table.comment && { comment: `It's ${table.name}` }),
    ...(table.pair && second !== undefined && { indexes: [{ properties: [first, second] }] }),
    properties: {
      ...(table.parent === null && { id: p.integer().primary() }),
      ...propertiesOf(own, state, classOf),
      ...Object.fromEntries(relations.map(({ name, to }) => [propertyName(name), () => p.manyToMany(classOf(to))])),
    },
  });
}

function propertiesOf(columns: readonly RandomColumn[], state: RandomState, classOf: ClassOf): Record<string, object> {
  return Object.fromEntries(
    columns.map((column) => [propertyName(column.name), () => propertyOf(column, state, classOf)]),
  );
}

/** The methods of property builders that are used here. Their real types differ by kind. */
interface Builder {
  readonly nullable: () => Builder;
  readonly index: () => Builder;
  readonly unique: () => Builder;
  readonly defaultRaw: (sql: string) => Builder;
  readonly check: (sql: string) => Builder;
  readonly comment: (text: string) => Builder;
  readonly fieldName: (name: string) => Builder;
  readonly deferMode: (mode: string) => Builder;
}

function propertyOf(column: RandomColumn, state: RandomState, classOf: ClassOf): Builder {
  const values = state.enums.get(column.of) ?? ['a', 'b'];
  const deferred = state.tables.some(({ name, parent }) => name === column.of && parent !== null);
  const builders: Record<RandomColumn['kind'], () => object> = {
    int: () => p.integer(),
    bigint: () => p.bigint(),
    numeric: () => p.decimal().precision(12).scale(2),
    text: () => p.text(),
    varchar: () => p.string().length(40),
    bool: () => p.boolean(),
    time: () => p.datetime(),
    enum: () => p.enum([...values]).nativeEnumName(column.of),
    choice: () => p.enum(['a', 'b', "it's"]),
    relation: () => p.manyToOne(classOf(column.of)),
    computed: () => p.bigint().generated(`(${column.of} + 1) stored`),
  };
  const defaults: Partial<Record<RandomColumn['kind'], string>> = {
    int: '-1',
    bigint: '7',
    numeric: '-1.5',
    text: `'it''s'`,
    varchar: `'x'`,
    bool: 'true',
    time: 'now()',
    enum: `'${values[0]}'`,
    choice: `'a'`,
  };
  const checks: Partial<Record<RandomColumn['kind'], string>> = {
    int: `${column.name} > -5`,
    bigint: `${column.name} in (7, 8)`,
    numeric: `${column.name} < 100`,
    text: `${column.name} <> ''`,
    varchar: `${column.name} in ('x', 'y')`,
    enum: `${column.name} <> '${values.at(-1)}'`,
  };
  // Each builder has the methods that are called for its kind.
  let builder = builders[column.kind]() as Builder;
  if (column.kind !== 'relation') builder = builder.fieldName(column.name);
  if (deferred) builder = builder.deferMode('deferred');
  if (column.nullable) builder = builder.nullable();
  if (column.index) builder = builder.index();
  if (column.unique) builder = builder.unique();
  if (column.comment) builder = builder.comment(`of ${column.name}`);
  const [standard, check] = [defaults[column.kind], checks[column.kind]];
  if (column.hasDefault && standard !== undefined) builder = builder.defaultRaw(standard);
  if (column.check && check !== undefined) builder = builder.check(check);
  return builder;
}

function propertyName(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function className(name: string): string {
  return name.replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase());
}
