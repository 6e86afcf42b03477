import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { kernelError } from '../error/kernel-codes.ts';
import { reasonIn, runTool } from './run-tool.ts';

/**
 * Packs the package in `directory` with its scripts, as npm does for publishing. Returns the tarball, in the new folder
 * `into`. Throws PACKAGE_MANAGER_FAILED.
 */
export async function packFolder(directory: string, into: string): Promise<string> {
  const packed = await pack([], directory, into);
  if (packed.tarball !== null) return packed.tarball;
  throw kernelError('PACKAGE_MANAGER_FAILED', { command: 'npm pack', directory, reason: reasonIn(packed.output) });
}

/** A package that npm has downloaded, or the reason why it has not. */
export type Download =
  | { readonly state: 'found'; readonly tarball: string }
  | { readonly state: 'unpublished'; readonly reason: string }
  | { readonly state: 'tampered'; readonly reason: string }
  | { readonly state: 'unreachable'; readonly reason: string };

/** The milliseconds to wait for a registry that does not answer. */
const patience = 20_000;

/**
 * Downloads a package to the new folder `into`, as npm would in `directory`. `spec` is a name with a version or range, a
 * tarball or a folder.
 */
export async function downloadPackage(spec: string, directory: string, into: string): Promise<Download> {
  const limits = ['--fetch-retries=0', `--fetch-timeout=${patience}`, '--prefer-online'];
  const { tarball, output } = await pack([spec, ...limits], directory, into);
  if (tarball !== null) return { state: 'found', tarball };
  const reason = reasonIn(output);
  // The tarball has another hash than the registry announced.
  if (/\bEINTEGRITY\b/.test(output)) return { state: 'tampered', reason };
  const isUnknown = /\b(?:E404|ETARGET|ENOENT|EINVALIDTAGNAME|EUNSUPPORTEDPROTOCOL)\b/.test(output);
  return isUnknown ? { state: 'unpublished', reason } : { state: 'unreachable', reason };
}

async function pack(
  args: readonly string[],
  cwd: string,
  into: string,
): Promise<{ readonly tarball: string | null; readonly output: string }> {
  mkdirSync(into, { recursive: true });
  const { ok, output } = await runTool('npm', ['pack', ...args, '--pack-destination', into], cwd);
  const [file] = readdirSync(into);
  return { tarball: ok && file !== undefined ? join(into, file) : null, output };
}
