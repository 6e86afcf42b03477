import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

/** A file or folder in an archive. */
export interface ArchiveEntry {
  readonly name: string;
  readonly isFolder: boolean;
  /** The size of its content, in bytes. */
  readonly size: number;
  /** One block with its header, and the blocks of its content. */
  readonly bytes: Buffer<ArrayBuffer>;
}

const blockSize = 512;

/** Returns the entries of a packed archive (`.tar.gz`), each folder before its content. */
export async function readArchive(packed: Buffer): Promise<readonly ArchiveEntry[]> {
  // A gzip file ends with the size of its content (RFC 1952). Inflate it in one chunk, plus one byte that lets zlib see
  // the end. With Node's default chunks of 16 kB, zlib would return to JavaScript 2,500 times for a data directory, and
  // that would take longer than the inflation itself.
  const size = packed.readUInt32LE(packed.length - 4);
  return entriesOf(await promisify(gunzip)(packed, { chunkSize: size + 1 }));
}

/** Returns the content of an entry without copying it. Nothing else uses the bytes of the archive. */
export function contentOf({ bytes, size }: Pick<ArchiveEntry, 'bytes' | 'size'>): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset + blockSize, size);
}

/**
 * Returns the entries of a ustar archive. A header begins with the name. The size is at offset 124 in octal, and a "5"
 * at offset 156 marks a folder. See https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html
 */
function entriesOf(tar: Buffer<ArrayBuffer>): readonly ArchiveEntry[] {
  const entries: ArchiveEntry[] = [];
  for (let at = 0; at + blockSize <= tar.length && tar[at] !== 0;) {
    const name = tar.toString('latin1', at, tar.indexOf(0, at));
    const size = Number.parseInt(tar.toString('latin1', at + 124, at + 136), 8);
    const end = at + blockSize + Math.ceil(size / blockSize) * blockSize;
    entries.push({ name, isFolder: tar[at + 156] === 0x35, size, bytes: tar.subarray(at, end) });
    at = end;
  }
  return entries;
}
