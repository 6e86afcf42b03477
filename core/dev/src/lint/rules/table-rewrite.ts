import type { Node } from 'libpg-query';
import {
  isBuiltinFunction,
  isSerial,
  nameFromNodes,
  nodesIn,
  quoteName,
  stringsIn,
} from '@headwater/kernel/internal/sql';
import { addedColumn, type AddedColumn } from '../added-column.ts';
import { alteredType, explainTypes } from '../altered-type.ts';
import type { StatementFinding } from '../finding.ts';
import { replaceColumn } from '../safer-sql.ts';
import type { AlterTableContext, StatementRule } from '../statement-rule.ts';

/** Reports changes for which PostgreSQL rewrites the whole table under an ACCESS EXCLUSIVE lock. */
export const tableRewrite: StatementRule = {
  alterTable: (context) => [...byNewColumn(context), ...byNewType(context), ...byOtherCommand(context)],
};

const underLock = 'under an ACCESS EXCLUSIVE lock, blocking reads and writes';

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
  const cause = column === null ? null : causeIn(column);
  if (column === null || cause === null) return [];
  const { object, addSql, definition } = column;
  const message = `Adding ${object} rewrites the whole table ${underLock}: ${cause}.`;
  const safer = [
    `${addSql} null;`,
    '-- fill it in batches, in a code revision or from the application; then, in a later revision:',
    `alter table ${quoteName(context.table)} alter column ${quoteName(definition.colname ?? '')} set default …;`,
  ].join('\n');
  return [{ rule: 'table-rewrite', object, message, safer }];
}

/** Explains why the existing rows have to be rewritten. Returns `null` if the new column only changes the catalog. */
function causeIn({ definition: { typeName }, constraints }: AddedColumn): string | null {
  const fromSequence = 'each row gets a value from a sequence';
  if (typeName !== undefined && isSerial(typeName)) return fromSequence;
  for (const { contype, raw_expr: expression, generated_kind: kind } of constraints) {
    if (contype === 'CONSTR_IDENTITY') return fromSequence;
    if (contype === 'CONSTR_GENERATED' && kind !== 'v') return "each row's value is computed and stored";
    const called = contype === 'CONSTR_DEFAULT' ? volatileCallIn(expression) : null;
    if (called !== null) return `${called}() is evaluated for each row`;
  }
  return null;
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

function byNewType(context: AlterTableContext): readonly StatementFinding[] {
  const altered = alteredType(context);
  if (altered === null || !altered.change.rewrites) return [];
  const { table } = context;
  const { object, column, to } = altered;
  const message = `Changing the type of ${object} ${explainTypes(altered)} rewrites all of ${table} ${underLock}.`;
  const safer = replaceColumn(table, column, `${column}_new`, to);
  return [{ rule: 'table-rewrite', object, message, safer }];
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
