import { isKernelError } from '../error/kernel-codes.ts';
import type { RevisionSet } from '../migrate/revision-set.ts';
import { importDev } from '../plugin/dev-package.ts';
import type { Project } from './project.ts';

/** A problem with a revision, as `kernel migrate:lint` reports it. */
export interface LintFinding {
  /** The name of the rule. */
  readonly rule: string;
  /** The severity. An error fails every lint, a warning fails a strict lint, and information fails none. */
  readonly level: 'error' | 'warning' | 'info';
  readonly plugin: string;
  /** `null` for a finding about the plugin's entities. */
  readonly revision: string | null;
  /** The revision file, or the manifest that the revision was read from. */
  readonly file: string | null;
  /** The line in the file, from 1; `null` if the SQL is not in the file verbatim. */
  readonly line: number | null;
  /** The SQL statement; `null` for a finding about the whole revision. */
  readonly statement: string | null;
  /** The database object concerned, like `core_object.likes_count`; `null` for none or several. */
  readonly object: string | null;
  /** One or more sentences. */
  readonly message: string;
  /** Differences between two schemas, each a line of text. */
  readonly differences: readonly string[];
  /** A safer form to copy. */
  readonly safer: string | null;
}

/** The part of the commands door of `@headwater/dev` that lints. */
interface DevLint {
  readonly lint: (
    revisionSet: RevisionSet,
    chosen: readonly string[],
    tables: string | undefined,
  ) => Promise<readonly LintFinding[]>;
}

/**
 * Lints all revisions of the active plugins. Returns `null` if `@headwater/dev` is not installed, as on a server in
 * production, or does not fit this kernel.
 */
export async function lintProject({ config, revisionSet }: Project): Promise<readonly LintFinding[] | null> {
  const set = await revisionSet();
  try {
    // The type is known, because the package has the same version as this kernel.
    const { lint } = (await importDev('lint()', config.root)) as DevLint;
    const all = set.graph.order.map(({ id }) => id);
    return await lint(set, all, config.database.schemas?.tables);
  } catch (error) {
    if (isKernelError(error, 'DEV_NOT_INSTALLED') || isKernelError(error, 'DEV_VERSION_DIFFERS')) return null;
    throw error;
  }
}
