import type { Node } from 'libpg-query';
import {
  findObject,
  isBuiltinFunction,
  isCreatedInSameSql,
  isSerial,
  nameFromNodes,
  nameText,
  nodesIn,
  parseName,
  quoteIdentifier,
  quoteLiteral,
  quoteName,
  sqlType,
  stringsIn,
  typeSql,
  type TrackedObjects,
} from '@headwater/kernel/internal/sql';
import { addedColumn, type AddedColumn } from '../added-column.ts';
import { alteredType } from '../altered-type.ts';
import type { StatementFinding } from '../finding.ts';
import { freeIndexName, replaceColumn } from '../safer-sql.ts';
import { columnText, inParentheses, withoutName } from '../source-text.ts';
import type { AlterTableContext, StatementRule } from '../statement-rule.ts';

/** Reports changes for which PostgreSQL rewrites the whole table under an ACCESS EXCLUSIVE lock. */
export const tableRewrite: StatementRule = {
  alterTable: (context) =>
    context.isInUse(context.table) ? [...byNewColumn(context), ...byNewType(context), ...byOtherCommand(context)] : [],
};

const underLock = 'under an ACCESS EXCLUSIVE lock, blocking reads and writes';
const fill = '-- fill it in batches, in a code revision or from the application';

/** Functions that return a different value for each row. A default that calls one is evaluated row by row. */
const volatileFunctions: ReadonlySet<string> = new Set([
  'clock_timestamp',
  'currval',
  'gen_random_uuid',
  'lastval',
  'nextval',
  'random',
  'random_normal',
  'setseed',
  'setval',
  'timeofday',
  'txid_current',
  'uuidv4',
  'uuidv7',
]);

function byNewColumn(context: AlterTableContext): readonly StatementFinding[] {
  const column = addedColumn(context);
  const cause = column === null ? null : causeIn(column, context);
  if (column === null || cause === null) return [];
  const { object } = column;
  const message = `Adding ${object} rewrites the whole table ${underLock}: ${cause.why}.`;
  return [{ rule: 'table-rewrite', object, message, safer: saferColumn(context, column, cause.form) }];
}

interface Cause {
  readonly why: string;
  readonly form: 'sequence' | 'generated' | 'default' | 'domain';
}

/** Explains why the existing rows have to be rewritten. Returns `null` if the new column only changes the catalog. */
function causeIn({ definition: { typeName }, constraints }: AddedColumn, { objects }: AlterTableContext): Cause | null {
  const fromSequence: Cause = { why: 'each row gets a value from a sequence', form: 'sequence' };
  if (typeName !== undefined && isSerial(typeName)) return fromSequence;
  for (const { contype, raw_expr: expression, generated_kind: kind } of constraints) {
    if (contype === 'CONSTR_IDENTITY') return fromSequence;
    if (contype === 'CONSTR_GENERATED' && kind !== 'v')
      return { why: "each row's value is computed and stored", form: 'generated' };
    const called = contype === 'CONSTR_DEFAULT' ? volatileCallIn(expression) : null;
    if (called !== null) return { why: `${called}() is evaluated for each row`, form: 'default' };
  }
  const type = typeName === undefined ? null : sqlType(typeName);
  if (type === null || type.array || !isConstrained(objects, type.name)) return null;
  return { why: `PostgreSQL checks each row's value of the domain ${type.name}`, form: 'domain' };
}

/** Whether a type is a domain with constraints, its own or those of the domain behind it. */
function isConstrained(objects: TrackedObjects, name: string): boolean {
  const found = findObject(objects, { kind: 'type', name, table: null });
  if (found?.kind !== 'type' || found.type === undefined) return false;
  return found.constrained === true || isConstrained(objects, found.type.name);
}

/** Finds the volatile function that an expression calls. A function that is not built in counts as volatile. */
function volatileCallIn(expression: Node | undefined): string | null {
  for (const node of nodesIn(expression)) {
    if (!('FuncCall' in node)) continue;
    const parts = stringsIn(node.FuncCall.funcname);
    if (!isBuiltinFunction(parts) || volatileFunctions.has(parts.at(-1) ?? ''))
      return nameFromNodes(node.FuncCall.funcname);
  }
  return null;
}

/** Returns the steps that add the column empty, and let the database supply its value from then on. */
function saferColumn(context: AlterTableContext, { definition }: AddedColumn, form: Cause['form']): string | null {
  // The type itself has the check.
  if (form === 'domain') return null;
  const { table, sql, objects } = context;
  const { colname: name = '', typeName } = definition;
  const [on, column] = [quoteName(table), quoteIdentifier(name)];
  // The statement drops a column with this name first.
  const isReplaced = findObject(objects, { kind: 'column', name, table }) !== null;
  const drop = isReplaced ? `alter table ${on} drop column ${column};\n` : '';
  const add = `${drop}alter table ${on} add column ${column} ${typeName === undefined ? '' : typeSql(sqlType(typeName))} null;`;
  const { constraints } = columnText(sql, definition);
  const textOf = (kind: string): string =>
    withoutName(constraints.entries().find(([{ contype }]) => contype === kind)?.[1] ?? '');
  const setDefault = (value: string): string => `alter table ${on} alter column ${column} set default ${value};`;
  if (form === 'sequence') {
    const sequence = quoteName(freeIndexName(objects, table, name, 'seq'));
    return [
      add,
      `create sequence ${sequence} owned by ${on}.${column};`,
      setDefault(`nextval(${quoteLiteral(sequence)})`),
      `${fill}.`,
    ].join('\n');
  }
  if (form === 'default') {
    return [add, setDefault(textOf('CONSTR_DEFAULT').replace(/^default\s+/i, '')), `${fill}.`].join('\n');
  }
  const { schema, name: bare } = parseName(table);
  const trigger = `${bare}_${name}`;
  const called = quoteName(nameText({ schema, name: trigger }));
  const row = quoteIdentifier(bare);
  return [
    add,
    `create function ${called}() returns trigger language plpgsql as $$ begin`,
    `  new.${column} := (select ${inParentheses(textOf('CONSTR_GENERATED').replace(/^[\s\S]*?\bas\b/i, ''))} from (select new.*) as ${row});`,
    '  return new;',
    'end $$;',
    `create trigger ${quoteIdentifier(trigger)} before insert or update on ${on} for each row execute function ${called}();`,
    `${fill}: an update of any column computes it.`,
  ].join('\n');
}

function byNewType(context: AlterTableContext): readonly StatementFinding[] {
  const altered = alteredType(context);
  if (altered === null) return [];
  const { table, statement } = context;
  const { object, column, types, to, change, using, type } = altered;
  if (!change.rewrites && !using.computed && !using.lossy) return [];
  const rewrites = `Changing the type of ${object} ${types} rewrites all of ${table} ${underLock}`;
  const report = (message: string, safer: string | null): readonly StatementFinding[] => [
    { rule: 'table-rewrite', object, message, safer },
  ];
  if (isCreatedInSameSql(context.objects, { kind: 'type', name: type.name, table: null })) {
    return report(`${rewrites}.`, addedValues(context, column, type.name));
  }
  if (change.byTimeZone !== true || using.computed) {
    return report(`${rewrites}.`, replaceColumn(context.objects, { table, column, by: `${column}_new`, type: to }));
  }
  if (context.earlier.some(setsUtc)) return [];
  const message =
    `${rewrites}, unless the time zone of the session is UTC. The new values depend on it: PostgreSQL reads the old ones ` +
    'as local times of that zone.';
  return report(message, `-- if the values are times in UTC:\nset local timezone = 'UTC';\n${statement.text};`);
}

/** Returns the statements that add the values of a rebuilt enum to the old one; `null` if it does not only grow. */
function addedValues({ objects, table }: AlterTableContext, column: string, rebuilt: string): string | null {
  const typeNamed = (name: string) => findObject(objects, { kind: 'type', name, table: null });
  const old = typeNamed(findObject(objects, { kind: 'column', name: column, table })?.type?.name ?? '');
  const values = typeNamed(rebuilt)?.values ?? [];
  if (old?.before === undefined || old.values?.every((value) => values.includes(value)) !== true) return null;
  const { name } = old.before;
  const added = values.filter((value) => old.values?.includes(value) === false);
  const statements = added.map((value) => `alter type ${quoteName(name)} add value ${quoteLiteral(value)};`);
  return statements.length === 0 ? null : ['-- instead of rebuilding the type:', ...statements].join('\n');
}

function setsUtc({ node }: AlterTableContext['statement']): boolean {
  if (!('VariableSetStmt' in node) || node.VariableSetStmt.name?.toLowerCase() !== 'timezone') return false;
  const [zone] = node.VariableSetStmt.args ?? [];
  return zone !== undefined && 'A_Const' in zone && /^(?:etc\/)?(?:utc|gmt)$/i.test(zone.A_Const.sval?.sval ?? '');
}

function byOtherCommand({ table, command: { subtype, name = '' } }: AlterTableContext): readonly StatementFinding[] {
  switch (subtype) {
    case 'AT_SetExpression': {
      const object = `${table}.${name}`;
      const message = `SET EXPRESSION computes and stores each row's value of ${object}, rewriting the table ${underLock}.`;
      return [{ rule: 'table-rewrite', object, message, safer: null }];
    }
    case 'AT_SetLogged':
    case 'AT_SetUnLogged':
    case 'AT_SetAccessMethod':
    case 'AT_SetTableSpace':
      return [
        { rule: 'table-rewrite', object: table, message: `This rewrites all of ${table} ${underLock}.`, safer: null },
      ];
    default:
      return [];
  }
}
