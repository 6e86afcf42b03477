import type { Catalog, CatalogSetting } from '@headwater/kernel/internal/catalog';
import { objectKey, settingKey } from '@headwater/kernel/internal/sql';
import { isOfSequence, keepsSequence, owningColumn, printedName } from '../difference/column-sequence.ts';
import { hasObject, isPrivileges } from '../difference/setting-difference.ts';
import type { IsRecorded } from './declared-record.ts';

/** The objects that are expected, and the catalogs that they come from. */
export interface ExpectedObjects {
  readonly before: Catalog;
  readonly declared: Catalog;
  /** The expected objects, with the settings of `before`. */
  readonly after: Catalog;
  /** The tables and columns that are dropped, as `CatalogDefinition.uses` names them. */
  readonly lost: ReadonlySet<string>;
  readonly isRecorded: IsRecorded;
}

/** Returns the settings of entities, and the others as revisions left them, of the objects that are expected. */
export function expectedSettings(objects: ExpectedObjects): Catalog['settings'] {
  const { before, declared, after, lost, isRecorded } = objects;
  const settings = new Map([
    ...[...before.settings].flatMap(([key, setting]) => {
      if (isRecorded(setting.of, setting.name)) return [];
      const kept = ofSameSequence(setting, before.tables, after.tables);
      const moved = kept === null ? null : ofSameRelation(kept, after);
      return moved === null ? [] : [[moved === kept ? key : settingKey(moved), moved] as const];
    }),
    // Default privileges have granted these to what was just created, but not to what existed before them.
    ...[...declared.settings].filter(([, setting]) => !isPrivileges(setting) || !hasObject(before, setting.of)),
  ]);
  const losesOwner = ({ of, name }: CatalogSetting): boolean =>
    name === owningColumn && after.definitions.get(objectKey(of))?.uses.some((one) => lost.has(one)) === true;
  return new Map(
    [...settings].filter(
      ([, setting]) =>
        hasObject(after, setting.of) && !isOfLostIndex(setting, before.settings, settings) && !losesOwner(setting),
    ),
  );
}

/** The kinds of relations whose privileges have the same form. */
const relationKinds = ['view', 'materialized view'] as const;

/** Returns the privileges on a view as those on the materialized view that takes its place, or the reverse. */
function ofSameRelation(setting: CatalogSetting, after: Catalog): CatalogSetting {
  const { of } = setting;
  if (!isPrivileges(setting) || !relationKinds.some((kind) => kind === of.kind) || hasObject(after, of)) return setting;
  const kind = relationKinds.find((one) => hasObject(after, { ...of, kind: one }));
  return kind === undefined ? setting : { ...setting, of: { ...of, kind } };
}

/** Whether a setting is that of an index of a materialized view, and the index is dropped. */
function isOfLostIndex({ of, name }: CatalogSetting, before: Catalog['settings'], after: Catalog['settings']): boolean {
  const index = / of (index .+)$/.exec(name)?.[1];
  if (index === undefined) return false;
  const key = settingKey({ of, name: index });
  return before.has(key) && !after.has(key);
}

/**
 * Returns a setting of a column's sequence as it is for the sequence that the column will have, which may get another
 * name; `null` if the column loses its sequence. Returns any other setting unchanged.
 */
function ofSameSequence(
  setting: CatalogSetting,
  before: Catalog['tables'],
  tables: Catalog['tables'],
): CatalogSetting | null {
  const { of, set, reset } = setting;
  if (of.kind !== 'column' || !isOfSequence(setting)) return setting;
  const [old, now] = [before, tables].map((all) => all.get(of.table ?? '')?.columns.get(of.name));
  if (old === undefined || now === undefined) return setting;
  if (old.sequence === null || now.sequence === null || !keepsSequence(old, now)) return null;
  if (old.sequence.name === now.sequence.name) return setting;
  const [from, to] = [printedName(old.sequence), printedName(now.sequence)];
  const renamed = (text: string): string => text.replaceAll(`sequence ${from} `, `sequence ${to} `);
  return { ...setting, set: renamed(set), reset: renamed(reset) };
}
