import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lockPath, lockText, manifestPath, manifestText, type Manifest } from '@headwater/kernel/internal/plugins';
import { buildPlugin } from '../build/build-plugin.ts';
import { declaredRecord, describeBuild, proveBuild } from '../build/prove-build.ts';
import { devError } from '../error/dev-codes.ts';
import { jsonDifference } from './json-difference.ts';

/** How to prove a plugin. */
export interface ProofOptions {
  /** The URL of a server for the shadow; `null` for PGlite in this process. */
  readonly shadow: string | null;
  /** Receives the name of each stage, which can take seconds. */
  readonly onStage: (stage: string) => void;
}

/**
 * Builds the plugin in `directory` in memory, and checks that its manifest and its revisions.lock.json are exactly what a
 * build writes. Returns the manifest. Throws PLUGIN_VERIFY_MANIFEST, and the errors of a build.
 */
export async function assertManifest(directory: string, { shadow, onStage }: ProofOptions): Promise<Manifest> {
  // Refuses first what needs no loading: it is quicker, and says more.
  await buildPlugin(directory, { check: true });
  const declared = await declaredRecord(directory);
  onStage('loading the plugin');
  const description = await describeBuild(directory, false);
  const proofs = await proveBuild(directory, { shadow, added: [], check: true, onStage });
  const { manifest, lock } = await buildPlugin(directory, { check: true, proofs, declared, description });
  assertText(manifest.plugin, lockPath(directory), lockText(lock));
  assertText(manifest.plugin, join(directory, manifestPath), manifestText(manifest));
  return manifest;
}

/** Checks that a file of a build has the text that the sources make. Throws PLUGIN_VERIFY_MANIFEST with the field. */
export function assertText(plugin: string, file: string, expected: string): void {
  const found = existsSync(file) ? readFileSync(file, 'utf8') : null;
  if (found === expected) return;
  const difference = found === null ? absent : (differenceIn(found, expected) ?? otherText);
  throw devError('PLUGIN_VERIFY_MANIFEST', { plugin, file, ...difference });
}

const absent = { pointer: '', found: 'nothing', expected: 'a file' };
const otherText = {
  pointer: '',
  found: 'other white space or another order of keys',
  expected: 'the text of plugin:build',
};

function differenceIn(found: string, expected: string): ReturnType<typeof jsonDifference> {
  let json: unknown;
  try {
    json = JSON.parse(found);
  } catch {
    return { pointer: '', found: 'no JSON', expected: 'JSON' };
  }
  return jsonDifference(json, JSON.parse(expected));
}
