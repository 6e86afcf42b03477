import type { CatalogColumn } from '@headwater/kernel/internal/catalog';

/** Whether an insert that omits the column fails. */
export function isRequired({ notNull, default: standard, sequence, generated }: CatalogColumn): boolean {
  return notNull && standard === null && sequence === null && generated === null;
}
