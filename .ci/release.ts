/**
 * Publishes packages to the registry that npm is set up to use: `npm run release`. Tarballs that are named on the command
 * line are published; without them, every package of this repository that is not private is packed first, with its scripts.
 * A version that the registry has already is left out, so a release that was interrupted is simply repeated. npm adds a
 * provenance statement only in a workflow of GitHub that may request an identity token, and so only to a real release.
 */
import { execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface PackageJson {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
}

const root = join(import.meta.dirname, '..');
const scratch = mkdtempSync(join(tmpdir(), 'release-'));

function npm(...args: readonly string[]): string {
  return execFileSync('npm', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 2 ** 26 });
}

/** Packs every package that is not private, and returns the tarballs. */
function packAll(): readonly string[] {
  const folders = globSync('{core,plugins}/*/package.json', { cwd: root })
    .filter((file) => read(join(root, file)).private !== true)
    .map((file) => join(root, file, '..'));
  npm('pack', '--silent', '--pack-destination', scratch, ...folders);
  return readdirSync(scratch).map((name) => join(scratch, name));
}

function read(file: string): PackageJson {
  // npm checks the shape before anything is published.
  return JSON.parse(readFileSync(file, 'utf8')) as PackageJson;
}

function identityOf(tarball: string): PackageJson {
  const text = execFileSync('tar', ['-xzOf', tarball, 'package/package.json'], { encoding: 'utf8' });
  return JSON.parse(text) as PackageJson;
}

/** Whether the registry has a version. A registry that does not answer ends the release when something is published. */
function isPublished({ name, version }: PackageJson): boolean {
  try {
    execFileSync('npm', ['view', `${name}@${version}`, 'version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const isTrustedWorkflow = process.env['ACTIONS_ID_TOKEN_REQUEST_URL'] !== undefined;

try {
  const given = process.argv.slice(2);
  for (const tarball of given.length > 0 ? given : packAll()) {
    const identity = identityOf(tarball);
    const published = isPublished(identity);
    if (!published) npm('publish', tarball, '--access', 'public', ...(isTrustedWorkflow ? ['--provenance'] : []));
    process.stdout.write(`${identity.name}@${identity.version}: ${published ? 'was published before' : 'published'}\n`);
  }
} finally {
  rmSync(scratch, { recursive: true });
}
