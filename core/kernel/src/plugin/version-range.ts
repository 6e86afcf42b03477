/**
 * Whether `version` meets the semver range `range`, prereleases included. The ranges that nearly every package writes
 * are read here, since importing semver costs more than reading a thousand revisions.
 */
export async function meets(version: string, range: string): Promise<boolean> {
  // A workspace's tool puts the real range in when it publishes.
  if (/^\s*(?:\*|x|)\s*$/i.test(range) || range.startsWith('workspace:')) return true;
  const [found, least] = [plain.exec(version), caret.exec(range)];
  if (found !== null && least !== null) return sameMajor(found, least);
  const { default: satisfies } = await import('semver/functions/satisfies.js');
  return satisfies(version, range, { includePrerelease: true });
}

const plain = /^([1-9]\d{0,8})\.(\d{1,9})\.(\d{1,9})$/;
// Below 1.0.0 a caret means something else.
const caret = /^\^([1-9]\d{0,8})\.(\d{1,9})\.(\d{1,9})$/;

/** Both matches hold three numbers. */
function sameMajor(found: RegExpExecArray, least: RegExpExecArray): boolean {
  if (found[1] !== least[1]) return false;
  const minor = Number(found[2]) - Number(least[2]);
  return minor > 0 || (minor === 0 && Number(found[3]) >= Number(least[3]));
}
