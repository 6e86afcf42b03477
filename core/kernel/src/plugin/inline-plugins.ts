import type { Config, InlinePlugin } from '../config/config.ts';
import type { DefinedRevision } from '../contract/define-revision.ts';
import { kernelError } from '../error/kernel-codes.ts';
import { isRecord } from './packages.ts';
import type { Plugin, Requirement } from './plugin-set.ts';
import { checkRevision } from './revision-check.ts';
import type { Revision } from './revision.ts';

/** A plugin that a program defines, before its place among the others is known. */
export interface UnplacedPlugin {
  readonly plugin: Omit<Plugin, 'depth' | 'requires'>;
  /** The names of the plugins that it requires. */
  readonly needs: readonly string[];
}

/**
 * Returns the plugins that a program defines in place of packages, with their revisions. Throws REVISION_EXPORT_INVALID,
 * REVISION_DUPLICATE and the errors of {@link checkRevision}.
 */
export function inlinePlugins({ plugins, root, file }: Config): readonly UnplacedPlugin[] {
  return Array.from(plugins.values()).flatMap(({ name, enabled, inline }) => {
    if (inline === undefined || !enabled) return [];
    const revisions = revisionsOf(name, inline);
    const plugin = {
      name,
      package: packageOf(name),
      version: inline.version,
      directory: root,
      from: 'built' as const,
      entry: file,
      revisions,
      openTables: inline.openTables.toSorted(),
      formerly: inline.formerly,
      load: inline.load,
    };
    return { plugin, needs: needsOf(name, inline, revisions) };
  });
}

/** Returns the name that messages and the ledger use in place of a package. */
function packageOf(plugin: string): string {
  return `inline:${plugin}`;
}

/** A plugin requires those that it lists, and those on whose revisions its own depend. */
function needsOf(name: string, { requires }: InlinePlugin, revisions: readonly Revision[]): readonly string[] {
  const named = revisions.flatMap(({ dependsOn }) => dependsOn.map((id) => id.slice(0, id.indexOf('@'))));
  return [...new Set([...requires, ...named])].filter((one) => one !== name).toSorted();
}

function revisionsOf(plugin: string, { revisions }: InlinePlugin): readonly Revision[] {
  const found = new Map<string, Revision>();
  for (const [i, written] of revisions.entries()) {
    const file = `plugins.${plugin}.revisions[${i}] of open()`;
    if (!isRecord(written) || written['kind'] !== 'revision') {
      const problem = 'it is not created by defineRevision';
      throw kernelError('REVISION_EXPORT_INVALID', { plugin, file, problem });
    }
    // Only defineRevision sets `kind`; checkRevision trusts none of the other fields.
    const revision = written as unknown as DefinedRevision;
    const id = String(written['id']);
    const slug = id.slice(id.indexOf('@') + 1);
    const checked = checkRevision(revision, plugin, slug, file);
    const other = found.get(checked.id);
    if (other !== undefined) throw kernelError('REVISION_DUPLICATE', { id: checked.id, files: [other.file, file] });
    found.set(checked.id, checked);
  }
  return Object.freeze([...found.values()]);
}

/** Returns the requirements of a plugin, given the package of every active one. Throws REQUIREMENT_MISSING. */
export function requirementsOfInline(
  { plugin: { name, package: own }, needs }: UnplacedPlugin,
  packages: ReadonlyMap<string, string>,
): readonly Requirement[] {
  return needs.map((plugin) => {
    const needed = packages.get(plugin);
    if (needed === undefined) {
      const needsPackage = `@headwater/plugin-${plugin}`;
      throw kernelError('REQUIREMENT_MISSING', {
        plugin: name,
        package: own,
        needs: plugin,
        needsPackage,
        range: '*',
        installed: false,
      });
    }
    return Object.freeze({ plugin, package: needed, range: '*', optional: false });
  });
}
