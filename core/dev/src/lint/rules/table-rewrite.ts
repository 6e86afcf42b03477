import type { ColumnDef, Constraint, Node } from 'libpg-query';
import { explainType, isBuiltinFunction, isNullConstant, isSerial, nameOf, nodesIn, sqlType, stringsIn } from '@headwater/kernel/internal';
import { quoteName, type AlterStep, type Danger } from './danger.ts';

/** Functions that give another value for each row, so that a default of them is worked out row by row. */
const volatile: ReadonlySet<string> = new Set([
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

/** What adding a column to a table from before may do. */
export function addColumnDangers({ table, command: { subtype, def } }: AlterStep): readonly Danger[] {
  if (subtype !== 'AT_AddColumn' || def === undefined || !('ColumnDef' in def)) return [];
  const { colname: name = '', typeName, constraints = [] } = def.ColumnDef;
  const own = constraints.flatMap((node) => ('Constraint' in node ? [node.Constraint] : []));
  const object = `${table}.${name}`;
  const type = typeName === undefined ? '' : explainType(sqlType(typeName));
  const [on, column] = [quoteName(table), quoteName(name)];
  const add = `alter table ${on} add column ${column} ${type}`;
  const why = rewriteBy(def.ColumnDef, own);
  const filled = [
    `${add} null;`,
    `-- fill it in batches, in a revision of code or from the application; then, in a later revision:`,
    `alter table ${on} alter column ${column} set default …;`,
  ].join('\n');
  return [
    ...(why === null
      ? []
      : [rewrite(object, `${why}, so adding ${object} writes the whole table anew under a lock`, filled)]),
    ...(wantsValue(own) ? [required(object, `${add} not null default …;`)] : []),
  ];
}

function rewrite(object: string, what: string, safer: string): Danger {
  return { rule: 'table-rewrite', object, message: `${what}.`, safer };
}

function required(object: string, safer: string): Danger {
  const message = `${object} is added as not null and without a default: that fails where the table has rows, and code that does not know the column can insert no more.`;
  return { rule: 'not-null-without-default', object, message, safer };
}

/** Why the rows that are there have to be written; `null` where the new column is only noted. */
function rewriteBy({ typeName }: ColumnDef, constraints: readonly Constraint[]): string | null {
  if (typeName !== undefined && isSerial(typeName)) return 'each row gets a number of a sequence';
  for (const { contype, raw_expr: expression, generated_kind: kind } of constraints) {
    if (contype === 'CONSTR_IDENTITY') return 'each row gets a number of a sequence';
    if (contype === 'CONSTR_GENERATED' && kind !== 'v') return 'the value of each row is worked out and stored';
    const called = contype === 'CONSTR_DEFAULT' ? volatileIn(expression) : null;
    if (called !== null) return `${called}() gives each row a value of its own`;
  }
  return null;
}

/** The function that makes an expression another one for each row; of what is not PostgreSQL's own that is assumed. */
function volatileIn(expression: Node | undefined): string | null {
  for (const node of nodesIn(expression)) {
    if (!('FuncCall' in node)) continue;
    const parts = stringsIn(node.FuncCall.funcname);
    const name = nameOf(node.FuncCall.funcname);
    if (!isBuiltinFunction(parts) || volatile.has(parts.at(-1) ?? '')) return name;
  }
  return null;
}

function wantsValue(constraints: readonly Constraint[]): boolean {
  const has = (kind: Constraint['contype']): boolean => constraints.some(({ contype }) => contype === kind);
  const hasDefault = constraints.some(
    ({ contype, raw_expr: expression }) => contype === 'CONSTR_DEFAULT' && !isNullConstant(expression),
  );
  const filled = hasDefault || has('CONSTR_IDENTITY') || has('CONSTR_GENERATED');
  return (has('CONSTR_NOTNULL') || has('CONSTR_PRIMARY')) && !filled;
}
