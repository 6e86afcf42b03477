import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

/**
 * The prepared data directory, for an engine in memory. PGlite would unpack it with streams, a chunk at a time, and most
 * of its files are of two databases that no session of an engine can connect to: without both, an engine in memory is
 * there in two thirds of the time.
 */
export async function memoryTemplate(): Promise<Blob> {
  const { dataDir } = await import('@electric-sql/pglite-prepopulatedfs');
  const packed = await (await dataDir()).arrayBuffer();
  const tar = await promisify(gunzip)(packed);
  const kept = entriesOf(tar).flatMap(({ name, bytes }) => (isOfTemplate.test(name) ? [] : [bytes]));
  return new Blob([...kept, endOfArchive]);
}

/** Files of template1 and template0, whose oids every PostgreSQL has fixed (pg_database.dat). Their folders stay. */
const isOfTemplate = /(?:^|\/)base\/[14]\/./;

/** Two empty blocks. */
const endOfArchive = new Uint8Array(1024);

/** A file or folder in an archive: its header and what it holds. */
interface Entry {
  readonly name: string;
  readonly bytes: Buffer<ArrayBuffer>;
}

/** Of a ustar archive: a header of 512 bytes, the name first, the size at 124 in octal, then blocks of 512 bytes. */
function entriesOf(tar: Buffer<ArrayBuffer>): readonly Entry[] {
  const entries: Entry[] = [];
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0;) {
    const name = tar.toString('latin1', at, tar.indexOf(0, at));
    const size = Number.parseInt(tar.toString('latin1', at + 124, at + 136), 8);
    const end = at + 512 + Math.ceil(size / 512) * 512;
    entries.push({ name, bytes: tar.subarray(at, end) });
    at = end;
  }
  return entries;
}
