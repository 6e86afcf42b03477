import type { JsonSchema } from '../config/config-schema.ts';
import { hash } from '../runtime/lazy-crypto.ts';

/** The format that this kernel writes, and the newest one that it can read. */
export const manifestFormat = 1;

/** Path of a built plugin's manifest, relative to the package's folder. */
export const manifestPath = 'dist/headwater.json';

/** A code body in a manifest. `module` is relative to the manifest, and is imported when the revision runs. */
export interface ManifestCode {
  readonly version: number;
  readonly module: string;
}

/** A revision in a manifest. An absent field has its default. */
export interface ManifestRevision {
  readonly id: string;
  readonly revises: readonly string[];
  readonly dependsOn?: readonly string[];
  readonly dependsOnSince?: Readonly<Record<string, string>>;
  readonly up: string | ManifestCode;
  readonly down?: string | ManifestCode;
  readonly transaction?: false;
  readonly check?: string;
  readonly breaking?: true;
  readonly replaces?: readonly string[];
  readonly raw: string;
  readonly normal: string;
  readonly since: string;
  /**
   * The JSON of the effects of `up`, as its text proves them. Absent if only running it can show them. It is parsed only
   * when needed: as a string it takes a fifth of the memory, and goes to the ledger as it is.
   */
  readonly effects?: string;
  /** Whether the text of `up` also proves that it leaves its session as it was, see `keepsSession`. */
  readonly keepsSession?: true;
}

/**
 * The parts of a plugin that its code declares. People and tools read them in the manifest, without running the plugin. A
 * boot does not: what the code then does counts.
 */
export interface PluginDescription {
  /** Its tables and views, sorted. */
  readonly owns: readonly string[];
  /** Its columns on the tables of other plugins, like `core_object.likes_count`, sorted. */
  readonly extends: readonly string[];
  /** The names of the tokens that it binds, sorted. Absent if its options have no defaults. */
  readonly binds?: readonly string[];
  /** The contribution points to which it contributes, each with the key of the item if it has one. Absent like `binds`. */
  readonly contributes?: readonly string[];
  /** Its commands: their summaries by name. */
  readonly commands: Readonly<Record<string, string>>;
  /** The JSON Schema of its options; `{}` if it has none, and `null` if its library cannot produce one. */
  readonly options: JsonSchema | null;
}

/**
 * The file that `kernel plugin:build` writes: it contains everything that planning needs to know about a published
 * plugin.
 */
export interface Manifest {
  readonly format: number;
  readonly plugin: string;
  /** The version of the package at build time. */
  readonly version: string;
  /** Absent in the manifests of earlier versions. */
  readonly description?: PluginDescription;
  /** The checksum of the revisions, see {@link sumOf}. */
  readonly sum: string;
  /** In order of id. */
  readonly revisions: readonly ManifestRevision[];
}

/**
 * Hashes the revisions of a manifest, independently of its formatting. If the checksum matches, the revisions and their
 * hashes are unchanged since the build, so a boot checks this one checksum instead of every revision.
 */
export function sumOf(revisions: readonly unknown[]): string {
  return sumOfText(JSON.stringify(revisions));
}

/** Like {@link sumOf}, for the JSON of the revisions. */
export function sumOfText(text: string): string {
  return `s1:${hash('sha256', text).slice(0, 32)}`;
}

/** The text of a manifest before its revisions, and after them. */
export const beforeRevisions = '"revisions": ';
export const afterRevisions = '\n}\n';

/** Returns the text of a manifest. Its checksum covers a part of this text, so a boot does not serialize it again. */
export function manifestText({ revisions, ...rest }: Manifest): string {
  const head = JSON.stringify(rest, null, 2).slice(0, -'\n}'.length);
  return `${head},\n  ${beforeRevisions}${JSON.stringify(revisions)}${afterRevisions}`;
}
