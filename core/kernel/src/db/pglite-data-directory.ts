import { mkdirSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type * as Library from '@electric-sql/pglite';

/**
 * Reads the prepared data directory of `@electric-sql/pglite-prepopulatedfs`, and returns a function that creates an
 * in-memory file system with its files. It leaves out two databases to which no session of an engine can connect and
 * which have most of the files. Create only one file system, since the engine writes to the same bytes. PGlite itself
 * takes several times as long to read an archive into memory.
 */
export async function dataDirectoryInMemory(): Promise<(library: typeof Library) => Library.MemoryFS> {
  const entries = (await archiveEntries()).filter(({ name }) => !templateFile.test(name));
  return ({ MemoryFS, PGlite }) => {
    const { PGDATA: root } = PGlite.paths;
    class DataDirectory extends MemoryFS {
      /** PGlite calls this once its engine is loaded, before it checks whether a database exists. */
      override async initialSyncFs(): Promise<void> {
        const engine = this.pg as unknown as { readonly Module: { readonly FS: EngineFiles } };
        const files = engine.Module.FS;
        files.mkdirTree(root);
        for (const { name, isFolder, bytes, size } of entries) {
          const path = posix.join(root, name);
          if (isFolder) files.mkdirTree(path);
          else files.writeFile(path, contentOf(bytes, size), { canOwn: true });
        }
      }
    }
    return new DataDirectory();
  };
}

/**
 * Unpacks the prepared data directory to disk, with the permissions that PostgreSQL requires. PGlite can unpack the
 * same archive, but each of its thousand files passes through streams and a virtual file system, which takes most of
 * the time of a first boot.
 */
export async function unpackDataDirectory(directory: string): Promise<void> {
  const entries = await archiveEntries();
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  for (const { name, isFolder, bytes, size } of entries) {
    const path = join(directory, name);
    if (isFolder) mkdirSync(path, { recursive: true, mode: 0o700 });
    else writeFileSync(path, contentOf(bytes, size), { mode: 0o600 });
  }
}

/**
 * The part of Emscripten's file system that is used. PGlite's types for it come from a package that PGlite does not
 * install.
 */
interface EngineFiles {
  readonly mkdirTree: (path: string) => void;
  /** `canOwn` allows the file system to keep `bytes` and write to them. */
  readonly writeFile: (path: string, bytes: Uint8Array, options: { readonly canOwn: true }) => void;
}

/** Files of the databases template1 and template0, whose oids are fixed (pg_database.dat). Their folders must exist. */
const templateFile = /(?:^|\/)base\/[14]\/./;

const blockSize = 512;

/** A file or folder in the archive. */
interface Entry {
  readonly name: string;
  readonly isFolder: boolean;
  /** The size of its content, in bytes. */
  readonly size: number;
  /** One block with its header, and the blocks of its content. */
  readonly bytes: Buffer<ArrayBuffer>;
}

async function archiveEntries(): Promise<readonly Entry[]> {
  const { dataDir } = await import('@electric-sql/pglite-prepopulatedfs');
  const packed = Buffer.from(await (await dataDir()).arrayBuffer());
  // A gzip file ends with the size of its content (RFC 1952). Inflate it in one chunk, plus one byte that lets zlib see
  // the end. With Node's default chunks of 16 kB, the 2,500 returns to JavaScript would take longer than the inflation
  // itself.
  const size = packed.readUInt32LE(packed.length - 4);
  return entriesOf(await promisify(gunzip)(packed, { chunkSize: size + 1 }));
}

/** Returns the content of an entry without copying it. Nothing else uses the bytes of the archive. */
function contentOf({ buffer, byteOffset }: Entry['bytes'], size: number): Uint8Array {
  return new Uint8Array(buffer, byteOffset + blockSize, size);
}

/**
 * Returns the entries of a ustar archive, each folder before its content. A header begins with the name, has the size
 * in octal at 124, and has a "5" at 156 for a folder:
 * https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html
 */
function entriesOf(tar: Buffer<ArrayBuffer>): readonly Entry[] {
  const entries: Entry[] = [];
  for (let at = 0; at + blockSize <= tar.length && tar[at] !== 0;) {
    const name = tar.toString('latin1', at, tar.indexOf(0, at));
    const size = Number.parseInt(tar.toString('latin1', at + 124, at + 136), 8);
    const end = at + blockSize + Math.ceil(size / blockSize) * blockSize;
    entries.push({ name, isFolder: tar[at + 156] === 0x35, size, bytes: tar.subarray(at, end) });
    at = end;
  }
  return entries;
}
