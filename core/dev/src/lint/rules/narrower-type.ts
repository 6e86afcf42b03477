import { bareName, defaultName, explainType, findObject, sqlType, type SqlType } from '@headwater/kernel/internal';
import { quoteName, type AlterStep, type Danger } from './danger.ts';
import { typeChange } from './type-change.ts';

/** What a change of a column of a table from before may do. */
export function columnDangers(step: AlterStep): readonly Danger[] {
  const { table, command, objects } = step;
  const { subtype, name = '', def } = command;
  const object = `${table}.${name}`;
  const [on, column] = [quoteName(table), quoteName(name)];
  switch (subtype) {
    case 'AT_DropColumn': {
      // What the SQL itself added holds nothing yet.
      if (findObject(objects, { kind: 'column', name, table })?.createdBy === '') return [];
      const message = `The column ${object} goes with all that is in it; down can bring it back empty.`;
      const safer = `-- in a release after the one whose code no longer uses it, and after a backup:\nalter table ${on} drop column ${column};`;
      return [{ rule: 'data-loss', object, message, safer }];
    }
    case 'AT_AlterColumnType':
      return def !== undefined && 'ColumnDef' in def && def.ColumnDef.typeName !== undefined
        ? typeDangers(step, object, sqlType(def.ColumnDef.typeName))
        : [];
    case 'AT_SetNotNull':
      return isProven(step) ? [] : [fullScan(object, on, column, defaultName(bareName(table), name, 'not_null'))];
    case 'AT_SetExpression':
    case 'AT_AddIdentity':
      return subtype === 'AT_AddIdentity'
        ? []
        : [rewriting(object, `The value of each row of ${object} is worked out and stored anew`)];
    case 'AT_SetLogged':
    case 'AT_SetUnLogged':
    case 'AT_SetAccessMethod':
    case 'AT_SetTableSpace':
      return [rewriting(table, `All of ${table} is written anew`)];
    default:
      return [];
  }
}

function rewriting(object: string, what: string): Danger {
  const message = `${what}, while nobody else can read or write it.`;
  return { rule: 'table-rewrite', object, message, safer: null };
}

/** Whether a valid check says already that there is no null, so that PostgreSQL need not look. */
function isProven({ objects, table, command: { name = '' } }: AlterStep): boolean {
  const column = findObject(objects, { kind: 'column', name, table });
  if (column?.notNull === true) return true;
  return objects
    .values()
    .some((one) => one.table === table && one.validated !== false && (one.proves?.includes(name) ?? false));
}

function fullScan(object: string, table: string, column: string, check: string): Danger {
  const message = `To make ${object} not null every row is looked at, while nobody else can read or write the table.`;
  const safer = [
    `alter table ${table} add constraint ${quoteName(check)} check (${column} is not null) not valid;`,
    '-- in the next revision, which holds up nobody:',
    `alter table ${table} validate constraint ${quoteName(check)};`,
    '-- and in the one after it:',
    `alter table ${table} alter column ${column} set not null;`,
    `alter table ${table} drop constraint ${quoteName(check)};`,
  ].join('\n');
  return { rule: 'long-lock', object, message, safer };
}

function typeDangers(
  { table, command: { name = '' }, objects, rebuilt }: AlterStep,
  object: string,
  to: SqlType,
): readonly Danger[] {
  const from = findObject(objects, { kind: 'column', name, table })?.type;
  const values = (type: string): readonly string[] | undefined =>
    findObject(objects, { kind: 'type', name: type, table: null })?.values;
  // Without the old type the worst is assumed; an enum that is made anew is told of by a rule of its own.
  const isRebuilt = rebuilt.some(({ current }) => current.has(to.name));
  const { fits, rewrites } = from === undefined ? { fits: isRebuilt, rewrites: true } : typeChange(from, to, values);
  const change = from === undefined ? `to ${explainType(to)}` : `from ${explainType(from)} to ${explainType(to)}`;
  const [on, column, next] = [quoteName(table), quoteName(name), quoteName(`${name}_new`)];
  const safer = [
    `alter table ${on} add column ${next} ${explainType(to)} null;`,
    '-- write both from the application, fill the new one in batches, read the new one; then, in a later release:',
    `alter table ${on} drop column ${column};`,
  ].join('\n');
  return [
    ...(fits || isRebuilt
      ? []
      : [
          {
            rule: 'narrower-type' as const,
            object,
            message: `Not every value of ${object} need fit when its type goes ${change}: then the revision fails, or values are cut.`,
            safer,
          },
        ]),
    ...(rewrites
      ? [
          {
            rule: 'table-rewrite' as const,
            object,
            message: `All of ${table} is written anew when the type of ${object} goes ${change}, while nobody else can read or write it.`,
            safer,
          },
        ]
      : []),
  ];
}
