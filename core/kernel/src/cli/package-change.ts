import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Config } from '../config/config.ts';
import { isKernelError } from '../error/kernel-codes.ts';
import type { DownloadedPlugin } from '../installation/downloaded-plugin.ts';
import { withPackages, type PackagePlan } from '../installation/package-plan.ts';
import type { Colors } from './colors.ts';
import type { Context } from './command.ts';
import { loadDevCommand } from './dev-command.ts';
import { columns, counted } from './format-text.ts';

/** A finding of `migrate:lint`. */
export interface LintFinding {
  readonly level: string;
  readonly rule: string;
  readonly revision: string;
  readonly message: string;
}

/**
 * Lints the pending revisions of a planned plugin with `@headwater/dev`; returns `null` if the project does not have that
 * package. `others` are downloaded together with it.
 */
export async function lintDownloaded(
  config: Config,
  downloaded: DownloadedPlugin,
  { revisions }: PackagePlan,
  context: Context,
  others: readonly DownloadedPlugin[] = [],
): Promise<readonly LintFinding[] | null> {
  const pending = new Set(revisions.flatMap((revision) => (revision.pending ? [revision.id] : [])));
  const file = join(downloaded.scratch, 'config.json');
  const { core, ...plugins } = Object.fromEntries(
    [...withPackages(config, [downloaded, ...others]).plugins].flatMap(([name, entry]) =>
      entry.enabled ? [[name, entry.package === null ? {} : { $package: entry.package }]] : [],
    ),
  );
  const zero = core?.$package === undefined ? {} : { core: core.$package };
  writeFileSync(file, JSON.stringify({ database: 'pglite://', ...zero, plugins }));
  try {
    const lint = await loadDevCommand('migrate:lint', context);
    const input = { operands: [downloaded.name], switches: new Set<string>(), values: new Map<string, string>() };
    const { json } = await lint.run(input, { ...context, config: file, json: true });
    // It comes from the package of the same version.
    const { findings } = json as { readonly findings: readonly LintFinding[] };
    return findings.filter(({ revision }) => pending.has(revision));
  } catch (error) {
    if (isKernelError(error, 'DEV_NOT_INSTALLED') || isKernelError(error, 'DEV_VERSION_DIFFERS')) return null;
    throw error;
  }
}

/** Explains what installing a plugin, or another version of it, will do. */
export function explainPackagePlan(plan: PackagePlan, lint: readonly LintFinding[] | null, colors: Colors): string {
  const { plugin, package: from, version, owns, extends: extended, revisions, others, unread, options } = plan;
  const previous = plan.from === null ? '' : `, now ${plan.from}`;
  const rows = revisions.map(({ id, pending, breaking, touches }) => [
    `  ${id}`,
    pending ? colors.green('pending') : colors.dim('applied'),
    breaking ? colors.yellow('breaking') : '',
    touches === null ? 'only running it shows what it touches' : touches.join(', '),
  ]);
  const objects = [
    ...(owns ?? []).map((table) => `table ${table}`),
    ...(extended ?? []).map((column) => `column ${column}`),
  ];
  return [
    `${colors.bold(plugin)} (${from} ${version}${previous})`,
    ...(objects.length === 0 ? [] : [`Objects: ${objects.join(', ')}`]),
    ...(rows.length === 0 ? ['It has no revisions.'] : ['Revisions:', ...columns(rows)]),
    ...(others.length === 0 ? [] : [`Also pending: ${others.join(', ')}`]),
    ...(unread === null ? [] : [`${colors.yellow('warning')}: the database cannot tell which are applied. ${unread}`]),
    ...(Object.keys(options).length === 0 ? [] : [`Options: ${JSON.stringify(options)}`]),
    ...explainLint(lint, colors),
  ].join('\n');
}

function explainLint(lint: readonly LintFinding[] | null, colors: Colors): readonly string[] {
  if (lint === null) return ['Not linted: the project does not have @headwater/dev of this version.'];
  if (lint.length === 0) return [];
  return [
    `Lint, ${counted(lint.length, 'finding')}:`,
    ...lint.map(({ revision, rule, message }) => `  ${colors.yellow(rule)} ${revision}: ${message}`),
  ];
}

/** Returns a package as npm takes it: a name with a version, or the path of a tarball or folder. */
export function packageSpec(given: string, cwd: string): string {
  return /^(?:\.{0,2}[/\\]|file:|[a-z]:[/\\])|\.tgz$/i.test(given) ? resolve(cwd, given.replace(/^file:/i, '')) : given;
}
