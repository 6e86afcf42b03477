import type { Catalog } from '@headwater/kernel/internal/catalog';
import { nameText, parseName, quoteIdentifier, quoteName } from '@headwater/kernel/internal/sql';
import type { Change } from '../difference/change.ts';
import { changesBetween } from '../difference/changes-between.ts';
import { changesSql } from '../difference/changes-sql.ts';
import { undefineSql } from '../difference/definition-sql.ts';

/**
 * Returns the SQL that repairs a database, and that changes nothing in one that needs no repair: a revision runs in both.
 * What is missing in the first exists in the second, so it is dropped if it exists, or created unless it does. `added`
 * are the changes that create it, which are among those that `only` selects.
 */
export function repairSql(
  { actual, expected }: { readonly actual: Catalog; readonly expected: Catalog },
  only: (change: Change) => boolean,
  added: readonly Change[],
): string {
  const guards = added.flatMap(dropIfExists);
  const text = changesSql(changesBetween(actual, expected, { only }));
  // Tables, columns and schemas hold data, so they are never dropped.
  const guarded = text
    .replaceAll(/^create (table|schema) /gm, 'create $1 if not exists ')
    .replaceAll(/(?<=^alter table .* |^  )add column (?=["\w])/gm, 'add column if not exists ');
  return guards.length === 0 ? guarded : `${guards.join('\n')}\n\n${guarded}`;
}

function dropIfExists(change: Change): readonly string[] {
  switch (change.kind) {
    case 'add constraint': {
      const { on, constraint } = change;
      return [`alter table if exists ${quoteName(on)} drop constraint if exists ${quoteIdentifier(constraint.name)};`];
    }
    case 'add index':
      return [`drop index if exists ${quoteName(nameText({ ...parseName(change.on), name: change.index.name }))};`];
    case 'define': {
      const { definition } = change;
      // A function is replaced in place.
      if (definition.kind === 'function') return [];
      const drop = undefineSql(definition);
      return [drop.replace(`drop ${definition.kind} `, `drop ${definition.kind} if exists `)];
    }
    default:
      return [];
  }
}
