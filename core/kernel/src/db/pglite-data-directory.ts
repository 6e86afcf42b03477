import { mkdirSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import type * as Library from '@electric-sql/pglite';
import { contentOf, readArchive, type ArchiveEntry } from './archive.ts';
import { filesOf } from './pglite-files.ts';

/**
 * Reads the prepared data directory of `@electric-sql/pglite-prepopulatedfs`, and returns a function that creates an
 * in-memory file system with its files. It omits the two template databases, which contain most of the files although
 * no session of an engine can connect to them. Call the function only once, since the engine writes to the bytes that
 * were read. PGlite's own way to read an archive into memory takes several times longer.
 */
export async function dataDirectoryInMemory(): Promise<(library: typeof Library) => Library.MemoryFS> {
  const entries = (await archiveEntries()).filter(({ name }) => !templateFile.test(name));
  return ({ MemoryFS, PGlite }) => {
    const { PGDATA: root } = PGlite.paths;
    class DataDirectory extends MemoryFS {
      /** PGlite calls this once its engine is loaded, before it checks whether a database exists. */
      override async initialSyncFs(): Promise<void> {
        const files = filesOf(this.pg);
        files.mkdirTree(root);
        for (const { name, isFolder, ...entry } of entries) {
          const path = posix.join(root, name);
          if (isFolder) files.mkdirTree(path);
          else files.writeFile(path, contentOf(entry), { canOwn: true });
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
  for (const { name, isFolder, ...entry } of entries) {
    const path = join(directory, name);
    if (isFolder) mkdirSync(path, { recursive: true, mode: 0o700 });
    else writeFileSync(path, contentOf(entry), { mode: 0o600 });
  }
}

/** Files of the databases template1 and template0, whose oids are fixed (pg_database.dat). Their folders must exist. */
const templateFile = /(?:^|\/)base\/[14]\/./;

async function archiveEntries(): Promise<readonly ArchiveEntry[]> {
  const { dataDir } = await import('@electric-sql/pglite-prepopulatedfs');
  return readArchive(Buffer.from(await (await dataDir()).arrayBuffer()));
}
