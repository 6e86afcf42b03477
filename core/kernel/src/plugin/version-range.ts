/**
 * Returns whether `version` satisfies the semver range `range`, prereleases included. The usual forms of ranges are
 * evaluated here, because importing semver takes longer than reading a thousand revisions.
 */
export async function satisfiesRange(version: string, range: string): Promise<boolean> {
  // Workspace tools replace `workspace:` with the real range when publishing.
  if (/^\s*(?:\*|x|)\s*$/i.test(range) || range.startsWith('workspace:')) return true;
  const [found, least] = [plain.exec(version), caret.exec(range)];
  if (found !== null && least !== null) return isInCaret(found, least);
  const { default: satisfies } = await import('semver/functions/satisfies.js');
  return satisfies(version, range, { includePrerelease: true });
}

const plain = /^([1-9]\d{0,8})\.(\d{1,9})\.(\d{1,9})$/;
// Below 1.0.0 a caret has a different meaning.
const caret = /^\^([1-9]\d{0,8})\.(\d{1,9})\.(\d{1,9})$/;

/** Both matches contain three numbers. */
function isInCaret(found: RegExpExecArray, least: RegExpExecArray): boolean {
  if (found[1] !== least[1]) return false;
  const minor = Number(found[2]) - Number(least[2]);
  return minor > 0 || (minor === 0 && Number(found[3]) >= Number(least[3]));
}

/** Returns the lowest version that a range allows; `null` if it is not a range of versions. */
export async function lowestVersion(range: string): Promise<string | null> {
  const [{ default: validRange }, { default: minVersion }] = await Promise.all([
    import('semver/ranges/valid.js'),
    import('semver/ranges/min-version.js'),
  ]);
  return validRange(range) === null ? null : (minVersion(range)?.version ?? null);
}

/** Returns whether `version` is older than `other`. */
export async function olderThan(version: string, other: string): Promise<boolean> {
  const { default: lt } = await import('semver/functions/lt.js');
  return lt(version, other);
}
