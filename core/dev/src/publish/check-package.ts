import { readFileSync } from 'node:fs';
import { devError } from '../error/dev-codes.ts';
import type { UnpackedPackage } from './unpacked-package.ts';

/** The versions of the tools that check packages, which are optional peers of this package. */
const tools = { publint: '^0.3.0', '@arethetypeswrong/core': '^0.18.0' } as const;

/**
 * Checks a packed plugin with publint and are-the-types-wrong. Throws PLUGIN_VERIFY_PACKAGE, and
 * PLUGIN_VERIFY_TOOL_MISSING if one of them is not installed.
 */
export async function assertPackage(plugin: string, { tarball }: UnpackedPackage): Promise<void> {
  const { buffer, byteOffset, byteLength } = readFileSync(tarball);
  const data = new Uint8Array(buffer, byteOffset, byteLength);
  const problems = { publint: await publintProblems(data), 'are-the-types-wrong': await typeProblems(data) };
  for (const [tool, found] of Object.entries(problems)) {
    if (found.length > 0) throw devError('PLUGIN_VERIFY_PACKAGE', { plugin, tool, problems: found });
  }
}

async function publintProblems(data: Uint8Array): Promise<readonly string[]> {
  const { publint } = await importTool('publint', () => import('publint'));
  const { formatMessage } = await importTool('publint', () => import('publint/utils'));
  const tarball = Uint8Array.from(data).buffer;
  const { messages, pkg } = await publint({ pack: { tarball }, strict: true });
  return messages.map((message) => formatMessage(message, pkg, { color: false }) ?? message.code);
}

async function typeProblems(data: Uint8Array): Promise<readonly string[]> {
  const { checkPackage, createPackageFromTarballData } = await importTool(
    '@arethetypeswrong/core',
    () => import('@arethetypeswrong/core'),
  );
  const result = await checkPackage(createPackageFromTarballData(data));
  // A plugin in JavaScript has no types.
  if (result.types === false) return [];
  const problems = result.problems.filter((problem) => {
    // Node has `exports` since version 12, and 24 loads ES modules with `require`.
    const isOld = 'resolutionKind' in problem && problem.resolutionKind === 'node10';
    return !isOld && problem.kind !== 'CJSResolvesToESM';
  });
  return [
    ...new Set(
      problems.map((problem) => ('entrypoint' in problem ? `${problem.kind} at ${problem.entrypoint}` : problem.kind)),
    ),
  ];
}

/** Imports a tool, which is installed beside this package. Throws PLUGIN_VERIFY_TOOL_MISSING. */
export async function importTool<T>(tool: keyof typeof tools, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw devError('PLUGIN_VERIFY_TOOL_MISSING', { tool, range: tools[tool] }, { cause: error });
  }
}
