import type { Catalog, CatalogSetting } from '@headwater/kernel/internal/catalog';
import { parseName, settingKey, type ObjectAddress } from '@headwater/kernel/internal/sql';
import type { Change } from './change.ts';
import { isReplaced } from './definition-sql.ts';

/** The kind of objects that default privileges apply to, by kind of definition. The others have no privileges. */
const kinds: Readonly<Record<string, string>> = {
  view: 'tables',
  'materialized view': 'tables',
  'foreign table': 'tables',
  sequence: 'sequences',
  function: 'functions',
  aggregate: 'functions',
  type: 'types',
  domain: 'types',
};

/**
 * Suspends default privileges that would give a created object privileges that it does not have in `after`: it was
 * created before they were, or they were revoked. They are reset before all other changes, and set again after these.
 */
export function suspendedPrivileges(changes: readonly Change[], before: Catalog, after: Catalog): readonly Change[] {
  const created = changes.flatMap(createdObjects);
  return [...before.settings].flatMap(([key, setting]): readonly Change[] => {
    const [, privileges = '', kind] = /^(privileges of .*) on new (.+)$/s.exec(setting.name) ?? [];
    const { of: object, name } = setting;
    if (kind === undefined || after.settings.get(key)?.set !== setting.set) return [];
    const isSuspended = created.some(
      (one) =>
        one.kind === kind &&
        isIn(setting, one.object) &&
        !after.settings.has(settingKey({ of: one.object, name: privileges })),
    );
    return isSuspended ? [{ kind: 'setting', object, name, before: setting, after: setting }] : [];
  });
}

/** Default privileges may be those of one schema. */
function isIn({ of }: CatalogSetting, { name }: ObjectAddress): boolean {
  return of.kind !== 'schema' || parseName(name.replace(/\(.*$/s, '')).schema === of.name;
}

/** An object that a change creates, perhaps again, and the kind of objects that default privileges apply to. */
interface CreatedObject {
  readonly kind: string | undefined;
  readonly object: ObjectAddress;
}

function createdObjects(change: Change): readonly CreatedObject[] {
  switch (change.kind) {
    case 'create table':
      return [{ kind: 'tables', object: { kind: 'table', table: null, name: change.table.name } }];
    case 'add partition':
      return [{ kind: 'tables', object: { kind: 'partition', table: change.on, name: change.partition.name } }];
    case 'create schema':
      return [{ kind: 'schemas', object: { kind: 'schema', table: null, name: change.schema.name } }];
    case 'create enum':
      return [{ kind: 'types', object: { kind: 'type', table: null, name: change.enum.name } }];
    case 'change enum':
      return change.rebuild
        ? [{ kind: 'type', name: change.after.name }, ...change.domains].map(({ kind, name }) => {
            return { kind: 'types', object: { kind, table: null, name } };
          })
        : [];
    case 'define':
    case 'redefine':
      return change.kind === 'redefine' && isReplaced(change)
        ? []
        : [{ kind: kinds[change.definition.kind], object: addressOf(change.definition) }];
    default:
      return [];
  }
}

function addressOf({ kind, table, name }: ObjectAddress): ObjectAddress {
  return { kind, table, name };
}
