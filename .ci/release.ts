/**
 * Releases the packages of this repository: docs/compatibility.md. `prepare` gives them their next version and writes their
 * changelogs; `pack <folder>` packs them with their scripts; `publish` packs them and publishes what the registry, which npm
 * is set up to use, does not have yet. So a release that was interrupted is simply repeated. npm adds a provenance statement
 * only in a workflow of GitHub that may request an identity token, and so only to a real release.
 */
import { execFileSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

interface Package {
  readonly folder: string;
  readonly name: string;
  readonly version: string;
}

const root = join(import.meta.dirname, '..');

function run(command: string, ...args: readonly string[]): string {
  // What it reports on standard error is shown.
  const options = { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 } as const;
  return execFileSync(command, args, options);
}

/** Returns the packages that are not private. */
function publicPackages(): readonly Package[] {
  return globSync('{core,plugins}/*/package.json', { cwd: root }).flatMap((path) => {
    const file = join(root, path);
    // npm checks the shape before anything is published.
    const json = JSON.parse(readFileSync(file, 'utf8')) as Package & { readonly private?: boolean };
    return json.private === true ? [] : [{ folder: dirname(file), name: json.name, version: json.version }];
  });
}

/** Changesets knows the order of versions and the ranges between packages; npm writes the versions into its lock file. */
function prepare(): void {
  run('npx', 'changeset', 'version');
  run('npm', 'run', '--silent', 'lock');
}

/** Packs packages one after the other, since their scripts run the kernel, whose package.json changes while it is packed. */
function pack(packages: readonly Package[], target: string): readonly string[] {
  mkdirSync(target, { recursive: true });
  const folders = packages.map(({ folder }) => folder);
  // The result of version 11 is keyed by package.
  const packed = JSON.parse(
    run('npm', 'pack', '--json', '--silent', '--pack-destination', target, ...folders),
  ) as object;
  return Object.values(packed).map(({ filename }: { readonly filename: string }) => join(target, filename));
}

/** Whether the registry has a version. A registry that does not answer ends the release when something is published. */
function isPublished({ name, version }: Package): boolean {
  try {
    execFileSync('npm', ['view', `${name}@${version}`, 'version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Publishes what is new. A pending changeset is refused, since the release would contain a change that no changelog has. */
function publish(): void {
  const pending = globSync('.changeset/*.md', { cwd: root, exclude: ['.changeset/README.md'] });
  if (pending.length > 0) {
    throw new Error(`${pending.join(', ')} is not in a changelog yet. First: npm run release -- prepare`);
  }
  const isTrustedWorkflow = process.env['ACTIONS_ID_TOKEN_REQUEST_URL'] !== undefined;
  const options = ['--access', 'public', ...(isTrustedWorkflow ? ['--provenance'] : [])];
  const packages = publicPackages();
  const isNew = new Set(packages.filter((one) => !isPublished(one)));
  const scratch = mkdtempSync(join(tmpdir(), 'release-'));
  try {
    if (isNew.size > 0) for (const tarball of pack([...isNew], scratch)) run('npm', 'publish', tarball, ...options);
  } finally {
    rmSync(scratch, { recursive: true });
  }
  for (const one of packages) {
    process.stdout.write(`${one.name}@${one.version}: ${isNew.has(one) ? 'published' : 'was published before'}\n`);
  }
}

const [command = 'publish', target] = process.argv.slice(2);
if (command === 'prepare') prepare();
else if (command === 'pack' && target !== undefined) pack(publicPackages(), resolve(target));
else if (command === 'publish') publish();
else throw new Error('Usage: npm run release -- [publish | prepare | pack <folder>]');
