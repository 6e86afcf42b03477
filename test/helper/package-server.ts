import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { basename } from 'node:path';
import { readPackageJson, type PackageJson } from './packed-packages.ts';
import { unpack } from './pack.ts';

/** A registry on loopback that has a few tarballs, from which npm can install. It cannot be published to. */
export interface PackageServer extends AsyncDisposable {
  readonly url: string;
}

interface Served {
  readonly json: PackageJson;
  /** The path of the tarball in URLs. */
  readonly path: string;
  /** The hash of the tarball when it was published. */
  readonly integrity: string;
}

/** Serves tarballs by the names and versions in their package.json files. The last one of a package is its newest. */
export async function servePackages(tarballs: readonly string[]): Promise<PackageServer> {
  const packages = new Map<string, Served[]>();
  const files = new Map<string, string>();
  for (const [i, file] of tarballs.entries()) {
    const folder = `${file}.served`;
    await unpack({ name: '', file }, folder);
    const json = readPackageJson(folder);
    const path = `tarballs/${i}/${basename(file)}`;
    const integrity = `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`;
    files.set(path, file);
    packages.set(json.name, [...(packages.get(json.name) ?? []), { json, path, integrity }]);
  }
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '/').slice(1);
    const [tarball, known] = [files.get(path), packages.get(path)];
    const origin = `http://${request.headers.host}`;
    if (tarball !== undefined) response.end(readFileSync(tarball));
    else if (known === undefined) response.writeHead(404).end('{}');
    else response.setHeader('content-type', 'application/json').end(documentOf(path, known, origin));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Returns the document in which npm finds the versions of a package. */
function documentOf(name: string, served: readonly Served[], origin: string): string {
  const versions = served.map(
    ({ json, path, integrity }) =>
      [json.version, { ...json, dist: { tarball: `${origin}/${path}`, integrity } }] as const,
  );
  const latest = versions.at(-1)?.[0];
  return JSON.stringify({ name, 'dist-tags': { latest }, versions: Object.fromEntries(versions) });
}
