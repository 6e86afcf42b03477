import { columnSettings } from './column-settings.ts';
import { indexSettings } from './index-settings.ts';
import { objectSettings } from './object-settings.ts';
import { partSettings } from './part-settings.ts';
import { relationSettings } from './relation-settings.ts';

/** Selects every setting, sorted by its object and name. Parts of relations come before the settings of these parts. */
export const settingsQuery = `select * from (
    ${relationSettings}
    union all ${partSettings}
    union all ${columnSettings}
    union all ${indexSettings}
    union all ${objectSettings}
  ) settings order by name !~ '^(index|constraint|sequence) ', kind, schema, object, part, name collate "C"`;
