import { readDrift, type ChangedObject, type Drift, type MissingObject } from '../migrate/drift-check.ts';
import type { RevisionSet } from '../migrate/revision-set.ts';
import type { Session } from '../db/session.ts';
import { importDev } from '../plugin/dev-package.ts';
import { readDatabase, type Project } from './project.ts';
import type { ReadOptions } from './status.ts';

/** Options of `drift`. */
export interface DriftOptions extends ReadOptions {
  /**
   * Whether to compare definitions too, with those of a shadow in which the applied revisions are run. Needs
   * `@headwater/dev`. Default: false.
   */
  readonly definitions?: boolean;
  /** With `definitions`: the URL of a server for the shadow. Default: an embedded PostgreSQL. */
  readonly shadow?: string;
}

/** The part of the commands door of `@headwater/dev` that compares definitions. */
interface DevDrift {
  readonly changedDefinitions: (
    session: Session,
    revisionSet: RevisionSet,
    options: { readonly shadow: string | null; readonly missing: readonly MissingObject[] },
  ) => Promise<readonly ChangedObject[]>;
}

/**
 * Compares the objects of a project's database with those that its ledger records. Needs no plugin, except for
 * definitions. Throws DEV_NOT_INSTALLED and DEV_VERSION_DIFFERS, and the errors of a shadow.
 */
export async function readProjectDrift(
  project: Project,
  { signal, definitions = false, shadow }: DriftOptions = {},
): Promise<Drift> {
  const operation = { operation: 'drift', signal } as const;
  if (!definitions) return readDatabase(project, operation, (session) => readDrift(session));
  // The type is known, because the package has the same version as this kernel.
  const dev = (await importDev('drift with definitions', project.config.root)) as DevDrift;
  const revisionSet = await project.revisionSet();
  return readDatabase(project, operation, async (session) => {
    const drift = await readDrift(session);
    const { missing } = drift;
    const changed = await dev.changedDefinitions(session, revisionSet, { shadow: shadow ?? null, missing });
    return { ...drift, changed };
  });
}
