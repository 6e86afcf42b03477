import type { CatalogColumn } from '@headwater/kernel/internal/catalog';
import type { Change } from './change.ts';
import { defaultSql, typeSql } from './column-sql.ts';

/** Returns a short description of a change: `add column core_object.likes_count int`. */
export function explainChange(change: Change): string {
  switch (change.kind) {
    case 'create schema':
    case 'drop schema':
      return `${change.kind} ${change.schema.name}`;
    case 'create enum':
      return `create enum ${change.enum.name} (${change.enum.values.join(', ')})`;
    case 'drop enum':
      return `drop enum ${change.enum.name}`;
    case 'change enum':
      return `change enum ${change.after.name}: ${valueChanges(change.before.values, change.after.values)}`;
    case 'create table':
    case 'drop table':
      return `${change.kind} ${change.table.name}`;
    case 'add column':
      return `add column ${change.on}.${change.column.name} ${typeSql(change.column.type)}`;
    case 'drop column':
      return `drop column ${change.on}.${change.column.name}`;
    case 'alter column':
      return `change column ${change.on}.${change.after.name}: ${columnDifferences(change.before, change.after).join(', ')}`;
    case 'add constraint':
    case 'drop constraint':
    case 'validate constraint': {
      const { kind, name, columns } = change.constraint;
      const over = columns.length === 0 ? '' : ` over ${columns.join(', ')}`;
      return `${change.kind.split(' ')[0]} ${kind} ${change.on}.${name}${over}`;
    }
    case 'add index':
    case 'drop index': {
      const { name, columns, unique } = change.index;
      const over = columns.length === 0 ? '' : ` over ${columns.join(', ')}`;
      return `${change.kind === 'add index' ? 'add' : 'drop'} ${unique ? 'unique ' : ''}index ${change.on}.${name}${over}`;
    }
    case 'rename': {
      const { of, on, from, to } = change;
      return `rename ${of} ${of === 'table' ? from : `${on}.${from}`} to ${to}`;
    }
    case 'comment': {
      const { of, on, name, comment } = change;
      return `${comment === null ? 'remove' : 'set'} the comment of ${of} ${on === null ? '' : `${on}.`}${name}`;
    }
    case 'add partition':
    case 'drop partition':
      return `${change.kind} ${change.partition.name} of ${change.on}`;
    case 'row security':
      return `${{ off: 'disable', on: 'enable', forced: 'force' }[change.after]} row security on ${change.on}`;
    case 'setting': {
      const { object, name, before, after } = change;
      const verb = before === null ? 'set' : after === null ? 'remove' : 'change';
      const of = [object.table, object.name].filter((part) => part !== null && part !== '').join('.');
      return `${verb} ${name} on ${object.kind}${of === '' ? '' : ` ${of}`}`;
    }
    default: {
      const { kind, table, name } = change.definition;
      const verb = { define: 'create', redefine: 'change', undefine: 'drop' }[change.kind];
      return `${verb} ${kind} ${table === null ? '' : `${table}.`}${name}`;
    }
  }
}

function valueChanges(before: readonly string[], after: readonly string[]): string {
  const added = after.filter((value) => !before.includes(value)).map((value) => `+${value}`);
  const removed = before.filter((value) => !after.includes(value)).map((value) => `-${value}`);
  return [...added, ...removed].join(', ') || 'other order';
}

/** Returns the differences between two versions of a column, each as `before → after`. */
export function columnDifferences(before: CatalogColumn, after: CatalogColumn): readonly string[] {
  const describe = (column: CatalogColumn): Readonly<Record<string, string>> => ({
    type: typeSql(column.type),
    nullity: column.notNull ? 'not null' : 'null',
    default: column.default === null ? 'no default' : `default ${defaultSql(column)}`,
    sequence: column.sequence === null ? 'no sequence' : `sequence ${column.sequence.name}`,
    identity: column.identity === null ? 'no identity' : `identity ${column.identity}`,
    collation: column.collation === null ? 'no collation' : `collation ${column.collation}`,
    generated: column.generated === null ? 'not generated' : `generated as ${column.generated.as}`,
  });
  const [old, now] = [describe(before), describe(after)];
  return Object.keys(now).flatMap((part) => (old[part] === now[part] ? [] : [`${old[part]} → ${now[part]}`]));
}
