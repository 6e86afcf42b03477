import type { Catalog } from '@headwater/kernel/internal/catalog';
import type { Session } from '@headwater/kernel/internal/database';
import type { ReadDigest } from './schema-digest.ts';

/** A database that was made for a shadow. */
export interface ShadowDatabase {
  readonly session: Session;
  readonly catalog: () => Promise<Catalog>;
  readonly digest: ReadDigest;
  /** Drops everything that was made in it. Returns whether it is now as good as new. If not, it must be replaced. */
  readonly clear: () => Promise<boolean>;
  readonly drop: () => Promise<void>;
}

/** Makes the databases of one shadow, of which only one exists at a time. */
export interface ShadowHost {
  readonly create: () => Promise<ShadowDatabase>;
  readonly close: () => Promise<void>;
}
