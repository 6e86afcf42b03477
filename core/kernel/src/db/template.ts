import { mkdirSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type * as Library from '@electric-sql/pglite';

/**
 * Gives a function that makes a file system in memory with the prepared data directory in it, less two databases that no
 * session of an engine can connect to, and that have most of the files. It is for one engine, which writes into what it
 * was given. PGlite reads an archive into memory in several times as long.
 */
export async function preparedMemory(): Promise<(library: typeof Library) => Library.MemoryFS> {
  const entries = (await templateEntries()).filter(({ name }) => !isOfTemplate.test(name));
  return ({ MemoryFS, PGlite }) => {
    const { PGDATA: root } = PGlite.paths;
    class PreparedMemory extends MemoryFS {
      /** Called once the engine is there, before it looks whether there is a database. */
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
    return new PreparedMemory();
  };
}

/**
 * Makes a data directory, with the rights that PostgreSQL wants for one. PGlite can unpack the same archive, but goes
 * through streams and a file system of its own for each of its thousand files, which is most of a first boot.
 */
export async function unpackTemplate(directory: string): Promise<void> {
  const entries = await templateEntries();
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  for (const { name, isFolder, bytes, size } of entries) {
    const path = join(directory, name);
    if (isFolder) mkdirSync(path, { recursive: true, mode: 0o700 });
    else writeFileSync(path, contentOf(bytes, size), { mode: 0o600 });
  }
}

/** What is used of Emscripten's file system, whose types PGlite has from a package that it does not bring. */
interface EngineFiles {
  readonly mkdirTree: (path: string) => void;
  /** `canOwn` lets it keep the bytes, and write into them. */
  readonly writeFile: (path: string, bytes: Uint8Array, options: { readonly canOwn: true }) => void;
}

/** Files of template1 and template0, whose oids are the same everywhere (pg_database.dat). Their folders stay. */
const isOfTemplate = /(?:^|\/)base\/[14]\/./;

const blockSize = 512;

/** A file or folder in an archive. */
interface Entry {
  readonly name: string;
  readonly isFolder: boolean;
  /** Of what it holds, in bytes. */
  readonly size: number;
  /** A block with its header, and the blocks of what it holds. */
  readonly bytes: Buffer<ArrayBuffer>;
}

async function templateEntries(): Promise<readonly Entry[]> {
  const { dataDir } = await import('@electric-sql/pglite-prepopulatedfs');
  const packed = Buffer.from(await (await dataDir()).arrayBuffer());
  // At its end a gzip file says how much is in it (RFC 1952). All at once, with a byte to spare for seeing that it is all:
  // by Node's default of 16 kB it would come back to JavaScript 2,500 times, for longer than it inflates.
  const size = packed.readUInt32LE(packed.length - 4);
  return entriesOf(await promisify(gunzip)(packed, { chunkSize: size + 1 }));
}

/** What a file holds, where it is in the archive: nobody else has the archive. */
function contentOf({ buffer, byteOffset }: Entry['bytes'], size: number): Uint8Array {
  return new Uint8Array(buffer, byteOffset + blockSize, size);
}

/**
 * The entries of a ustar archive, a folder before what is in it. A header has the name first, at 124 the size in octal,
 * and at 156 a 5 for a folder: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html
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
