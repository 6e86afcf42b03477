import type { CatalogColumn } from '@headwater/kernel/internal/catalog';

/** Whether an insert that omits the column fails. */
export function isRequired({ notNull, default: standard, serial, identity, generated }: CatalogColumn): boolean {
  return notNull && standard === null && serial === null && identity === null && generated === null;
}
