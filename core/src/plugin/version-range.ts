/**
 * Whether `version` meets the semver range `range`, prereleases included. The ranges that nearly every package writes
 * are read here, since importing semver costs more than reading a thousand revisions.
 */
export async function meets(version: string, range: string): Promise<boolean> {
  // A workspace's tool puts the real range in when it publishes.
  if (/^\s*(?:\*|x|)\s*$/i.test(range) || range.startsWith('workspace:')) return true;
  const [found, least] = [plain.exec(version), caret.exec(range)];
  if (found !== null && least !== null) return sameMajor(numbers(found), numbers(least));
  const { default: satisfies } = await import('semver/functions/satisfies.js');
  return satisfies(version, range, { includePrerelease: true });
}

const plain = /^(\d{1,9})\.(\d{1,9})\.(\d{1,9})$/;
// Below 1.0.0 a caret means something else.
const caret = /^\^([1-9]\d{0,8})\.(\d{1,9})\.(\d{1,9})$/;

type Numbers = readonly [major: number, minor: number, patch: number];

function numbers([, major, minor, patch]: RegExpExecArray): Numbers {
  return [Number(major), Number(minor), Number(patch)];
}

function sameMajor(found: Numbers, least: Numbers): boolean {
  if (found[0] !== least[0]) return false;
  return found[1] > least[1] || (found[1] === least[1] && found[2] >= least[2]);
}
