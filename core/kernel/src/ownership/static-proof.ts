import { isKernelError } from '../error/kernel-codes.ts';
import { keepsSession } from '../sql/session-effects.ts';
import { handOver, handOversIn } from '../sql/hand-over.ts';
import { lookupKey } from '../sql/object-key.ts';
import { parseName } from '../sql/qualified-name.ts';
import { trackSql, type SqlStatement } from '../sql/read-sql.ts';
import type { SqlObject } from '../sql/sql-object.ts';
import { nodeKind, nodesIn, stringsIn } from '../sql/syntax-tree.ts';
import type { Author } from '../sql/track-statement.ts';
import { findObject, partsOfTable, type TrackedObject } from '../sql/tracked-object.ts';
import type { TrackedSchema } from '../sql/tracked-schema.ts';
import { journaledSchema } from './effects-journal.ts';
import type { ObjectName, RevisionEffects } from './effects-json.ts';
import { handedOverEffects, objectName } from './revision-effects.ts';
import { handOverTouch, ledgerOwner, type Touch } from './rule-book.ts';

/** The result of reading the SQL of a revision without running it. */
export interface StaticProof {
  /** Whether the text is known to change only objects and rows that its plugin may change, in every database. */
  readonly proven: boolean;
  /** Whether the text is also known to leave its session as it was, in a database without functions of users. */
  readonly keepsSession: boolean;
  /** The effects, as far as the parser sees them; `null` if a statement hides some. */
  readonly effects: RevisionEffects | null;
  /** What it visibly does, for refusing SQL that cannot be rolled back. */
  readonly touches: readonly Touch[];
}

/** The circumstances of a proof. */
export interface ProofContext {
  /** The objects that exist, with their owners. The effects of the text are applied to them, proven or not. */
  readonly schema: TrackedSchema;
  readonly author: Author;
  /** Whether `schema` has the objects of all plugins of the database. A build knows only those that it requires. */
  readonly knowsAll: boolean;
  /** Whether the plugin may have functions, triggers and rules that `schema` does not show. */
  readonly hidesCode: boolean;
  /** The schema of the ledger. Default: `kernel`. */
  readonly ledger?: string | undefined;
}

/**
 * Proves from its text alone that a revision stays within its plugin's objects. A text that cannot be proven may be
 * fine: only running it shows that. The proof is therefore strict about everything that a parser cannot follow: code in
 * the database, `if exists`, cascades, temporary tables, and rows of tables on which a trigger or rule may act.
 */
export async function proveText(text: string, context: ProofContext): Promise<StaticProof> {
  const { schema, author } = context;
  const journal = journaledSchema(schema);
  const renames = new Map<TrackedObject, { readonly from: ObjectName; to: ObjectName }>();
  let proven = true;
  let isQuiet = true;
  let isVisible = true;
  const touches: Touch[] = [];
  const check = (statement: SqlStatement): void => {
    proven &&= isProven(statement, context);
    isQuiet &&= keepsSession(statement.node);
    isVisible &&= statement.opaque === null;
    touches.push(...touchesOf(statement));
    for (const { from, to } of statement.renames) {
      const found = findObject(schema.objects, from);
      if (found === null || found.createdBy === author.id) continue;
      const earlier = [...renames].find(([, { to: name }]) => same(name, objectName(found)));
      const renamed = objectName({ ...found, name: to.name });
      if (earlier === undefined) renames.set(found, { from: objectName(found), to: renamed });
      else earlier[1].to = renamed;
    }
  };
  const handedOver = handOversIn(text);
  try {
    await trackSql(text, journal.schema, author, check);
  } catch (error) {
    if (!isKernelError(error, 'SQL_SYNTAX')) throw error;
    return { proven: false, keepsSession: false, effects: null, touches: [] };
  }
  const renamed = [...renames.values()].map(({ from, to }) => [from, to] as const);
  const effects = isVisible ? { ...journal.effects(author, renamed), renamed, ...handedOverEffects(handedOver) } : null;
  proven &&= handedOver.every(({ object }) => findObject(schema.objects, object)?.plugin === author.plugin);
  touches.push(...handedOver.map(handOverTouch));
  handOver(schema, handedOver, author);
  return { proven, keepsSession: proven && isQuiet, effects, touches };
}

/** Returns what a statement does. An index over an expression is left out: the columns of the expression are unknown. */
function touchesOf({ creates, changes, drops, renames, writes }: SqlStatement): readonly Touch[] {
  const touch = (action: Touch['action'], object: SqlObject): Touch => {
    return { action, object, over: object.columns ?? [], references: object.references ?? null };
  };
  const readable = creates.filter(({ kind, columns }) => kind !== 'index' || columns !== undefined);
  return [
    ...readable.map((object) => touch('creates', object)),
    ...changes.map((object) => touch('changes', object)),
    ...drops.map((object) => touch('drops', object)),
    ...renames.map(({ from }) => touch('renames', from)),
    ...writes.map((name) => touch('changes rows of', { kind: 'table', name, table: null })),
  ];
}

function same(a: ObjectName, b: ObjectName): boolean {
  return a[0] === b[0] && a[1] === b[1] && a[2] === b[2];
}

/** Statements of these kinds have no effects but those that are read. */
const readableKinds: ReadonlySet<string> = new Set([
  'AlterEnumStmt',
  'AlterTableStmt',
  'CompositeTypeStmt',
  'CreateDomainStmt',
  'CreateEnumStmt',
  'CreateExtensionStmt',
  'CreateFunctionStmt',
  'CreateRangeStmt',
  'CreateSchemaStmt',
  'CreateSeqStmt',
  'CreateStmt',
  'CreateTableAsStmt',
  'CreateTrigStmt',
  'DeleteStmt',
  'DropStmt',
  'IndexStmt',
  'InsertStmt',
  'RenameStmt',
  'SelectStmt',
  'UpdateStmt',
  'VariableSetStmt',
  'ViewStmt',
]);

/** Statements that name functions without calling them. */
const kindsWithoutCalls: ReadonlySet<string> = new Set(['CreateFunctionStmt', 'CreateTrigStmt', 'ViewStmt']);

/** Functions of the server that run SQL, change data or act outside the transaction. */
const actingFunctions = /^(?:pg_|lo_|setval$|nextval$|ts_stat$|ts_rewrite$|set_config$)/;

/** Commands of `alter table` that involve another table, a trigger, a rule or the owner. */
const tableCommands =
  /^AT_(?:AddColumn|AlterColumnType|SetNotNull|DropNotNull|ColumnDefault|SetExpression|DropExpression|AddIdentity|SetIdentity|DropIdentity|SetStatistics|SetStorage|SetCompression|DropColumn|AddConstraint|AlterConstraint|ValidateConstraint|DropConstraint|EnableRowSecurity|DisableRowSecurity|ForceRowSecurity|NoForceRowSecurity|SetRelOptions|ResetRelOptions|ReplicaIdentity|SetLogged|SetUnLogged)$/;

function isProven(statement: SqlStatement, context: ProofContext): boolean {
  const { node, creates, changes, drops, renames, writes, needs, opaque, cascade, ifExists } = statement;
  const { schema, author } = context;
  const kind = nodeKind(node);
  if (opaque !== null || cascade || !readableKinds.has(kind)) return false;
  if (nodesIn(node).some((inside) => isUnreadable(inside, context))) return false;
  if (!kindsWithoutCalls.has(kind) && needs.some(({ kind: needed }) => needed === 'function')) return false;
  const own = (object: SqlObject): boolean => findObject(schema.objects, object)?.plugin === author.plugin;
  const isCreatable = (object: SqlObject): boolean =>
    !inLedger(object, context) && (ifExists === 'fails' ? isPlacedWell(object, statement, context) : own(object));
  return (
    creates.every(isCreatable) &&
    changes.every(own) &&
    drops.every((object) => own(object) && isDroppable(object, context)) &&
    renames.every(({ from, to }) => own(from) && !inLedger(to, context)) &&
    writes.every((table) => mayWrite(table, context))
  );
}

function isUnreadable(node: SqlStatement['node'], { ledger = ledgerOwner }: ProofContext): boolean {
  if ('FuncCall' in node) return actingFunctions.test(stringsIn(node.FuncCall.funcname).at(-1) ?? '');
  if ('AlterTableCmd' in node) return !tableCommands.test(node.AlterTableCmd.subtype ?? '');
  if ('RangeVar' in node || 'relpersistence' in node) {
    const { relpersistence, schemaname } = ('RangeVar' in node ? node.RangeVar : node) as {
      relpersistence?: string;
      schemaname?: string;
    };
    return relpersistence === 't' || schemaname === ledger || schemaname?.startsWith('pg_') === true;
  }
  return 'inhRelations' in node || ('CreateStmt' in node && node.CreateStmt.inhRelations !== undefined);
}

function inLedger({ kind, name, table }: SqlObject, { ledger = ledgerOwner }: ProofContext): boolean {
  return kind === 'schema' ? name === ledger : parseName(table ?? name).schema === ledger;
}

/**
 * Whether an object may be created where it is: by itself, in an own table, or as a column in another plugin's table, or
 * over an own column there. The new object must not replace another plugin's.
 */
function isPlacedWell(object: SqlObject, { creates }: SqlStatement, { schema, author }: ProofContext): boolean {
  const { kind, table, columns, ownedBy } = object;
  if (schema.objects.has(lookupKey(object))) return false;
  if (table === null) return true;
  const home = findObject(schema.objects, { kind: 'table', name: table, table: null });
  const isNewHere = creates.some((one) => (one.kind === 'table' || one.kind === 'view') && one.name === table);
  if (isNewHere || home?.plugin === author.plugin) return true;
  if (home === null) return false;
  if (kind === 'column') return true;
  if (kind !== 'constraint' && kind !== 'index' && kind !== 'sequence') return false;
  const over = columns ?? (ownedBy === undefined ? [] : [ownedBy]);
  return over.some((name) => {
    const column: SqlObject = { kind: 'column', name, table };
    const isNew = creates.some((one) => one.kind === 'column' && one.name === name && one.table === table);
    return isNew || findObject(schema.objects, column)?.plugin === author.plugin;
  });
}

/** A dropped table or column takes along whatever other plugins have put on it. */
function isDroppable(object: SqlObject, { schema, author, knowsAll }: ProofContext): boolean {
  const found = findObject(schema.objects, object);
  if (found === null) return false;
  const holder =
    found.kind === 'column' ? found.table : found.kind === 'table' || found.kind === 'view' ? found.name : null;
  if (holder === null) return true;
  const isOther = ({ plugin, kind }: TrackedObject): boolean =>
    plugin !== author.plugin && (found.kind !== 'column' || kind !== 'column');
  return knowsAll && !partsOfTable(schema.objects, holder).some(isOther);
}

/**
 * Whether the plugin may write rows of a table, and nothing else happens: there are no triggers and rules on it, and
 * no functions of the plugin that an expression of the table could call.
 */
function mayWrite(table: string, { schema, author, hidesCode }: ProofContext): boolean {
  if (hidesCode) return false;
  const found = findObject(schema.objects, { kind: 'table', name: table, table: null });
  if (found === null || found.kind !== 'table') return false;
  const parts = partsOfTable(schema.objects, table);
  if (parts.some(({ kind }) => kind === 'trigger' || kind === 'rule')) return false;
  if (schema.objects.values().some(({ kind, plugin }) => kind === 'function' && plugin === author.plugin)) return false;
  return (
    found.plugin === author.plugin || parts.some(({ kind, plugin }) => kind === 'column' && plugin === author.plugin)
  );
}
