/**
 * Adds the optional packages of other platforms to package-lock.json. npm omits them if the registry does not have
 * them, and then `npm ci` reports that the lock is out of sync. Run it after every `npm install` that changes the lock:
 * `npm run lock`. The added entries have no integrity hash; `npm install` on their platform adds it.
 */
import { readFileSync, writeFileSync } from 'node:fs';

interface Entry {
  readonly version?: string;
  readonly integrity?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

interface Lock {
  readonly packages: Readonly<Record<string, Entry>>;
}

const file = new URL('../package-lock.json', import.meta.url);
// npm wrote the file, and its lockfileVersion 3 has this shape.
const lock = JSON.parse(readFileSync(file, 'utf8')) as Lock;

const platform = /(?<os>android|darwin|freebsd|linux|openharmony|win32|windows)-(?<cpu>[a-z0-9]+)(?:-(?<abi>[a-z]+))?$/;

/** Returns the lock entry for the optional package `name`: a copy of `sibling` with another platform. */
function entryOf(name: string, version: string, sibling: Entry): Entry {
  const { os, cpu, abi } = platform.exec(name)?.groups ?? {};
  if (os === undefined || cpu === undefined) throw new Error(`${name} does not end in a platform`);
  const libc = abi?.startsWith('gnu') ? ['glibc'] : abi?.startsWith('musl') ? ['musl'] : undefined;
  const { dev, license, engines } = sibling;
  const fields = {
    version,
    cpu: [cpu],
    dev,
    libc,
    license,
    optional: true,
    os: [os === 'windows' ? 'win32' : os],
    engines,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

const packages = new Map(Object.entries(lock.packages));
const added: string[] = [];
for (const parent of Object.values(lock.packages)) {
  const optional = Object.entries(parent.optionalDependencies ?? {});
  const siblings = optional.map(([name]) => packages.get(`node_modules/${name}`));
  const sibling = siblings.find((entry) => entry?.integrity !== undefined);
  for (const [name, version] of optional) {
    const path = `node_modules/${name}`;
    if (sibling === undefined || packages.has(path)) continue;
    packages.set(path, entryOf(name, version, sibling));
    added.push(name);
  }
}

// In npm's order, so that the next `npm install` does not move entries.
const sorted = [...packages].toSorted(([a], [b]) => a.localeCompare(b, 'en'));
if (added.length > 0) {
  writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`);
}
console.log(added.length === 0 ? 'package-lock.json is complete' : `added ${added.join(', ')}`);
