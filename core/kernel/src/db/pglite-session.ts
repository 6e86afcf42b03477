import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type * as Library from '@electric-sql/pglite';
import type { PGlite, PGliteOptions } from '@electric-sql/pglite';
import type { DatabaseTarget } from '../config/config.ts';
import { usualSchemas } from '../config/schemas.ts';
import { kernelError } from '../error/kernel-codes.ts';
import { KernelError } from '../error/kernel-error.ts';
import { shortMessage } from '../error/short-message.ts';
import { optimizeLate, optimizeNothing, validateLazily } from '../runtime/webassembly.ts';
import { assertEngineInstalled } from '../peers/kernel-peers.ts';
import { lockDirectory, type DirectoryLock } from './directory-lock.ts';
import { extensionsFile, givenExtensions, openExtensions, type PgliteExtensions } from './pglite-extensions.ts';
import type { Session } from './session.ts';
import { dataDirectoryInMemory, unpackDataDirectory } from './pglite-data-directory.ts';

type PgliteTarget = Extract<DatabaseTarget, { kind: 'pglite' }>;

/** The major version of PostgreSQL inside @electric-sql/pglite 0.5. */
const embeddedMajor = '18';

/** A session on the embedded database. It also exposes its engine, which MikroORM shares, and its extensions. */
export interface PgliteSession extends Session {
  readonly engine: PGlite;
  readonly extensions: PgliteExtensions;
}

/** Options of {@link openPglite}. */
export interface OpenPgliteOptions {
  /**
   * Whether the database is closed after one command, so that optimizing its code does not pay off. Default: false.
   */
  readonly shortLived?: boolean;
}

/**
 * Opens the embedded database: locks its directory, unpacks the prepared data directory on the first boot, and starts
 * the engine. Throws EMBEDDED_NOT_INSTALLED, EMBEDDED_EXTENSION_MISSING, DIRECTORY_IN_USE, DIRECTORY_UNUSABLE,
 * STORE_VERSION and STORE_DAMAGED.
 */
export async function openPglite(
  target: PgliteTarget,
  { shortLived = false }: OpenPgliteOptions = {},
): Promise<PgliteSession> {
  const { directory } = target;
  assertEngineInstalled(target.shown);
  const lock = directory === null ? null : lockOf(directory);
  try {
    const tune = shortLived ? optimizeNothing : optimizeLate;
    const engine = await startEngine(directory, tune);
    try {
      const extensions = await openExtensions(engine, directory, target.shown);
      const session = sessionOf(engine, extensions, target, tune);
      return {
        ...session,
        async close() {
          await engine.close();
          lock?.release();
        },
      };
    } catch (error) {
      await engine.close();
      throw error;
    }
  } catch (error) {
    lock?.release();
    if (error instanceof KernelError || directory === null) throw error;
    throw kernelError('STORE_DAMAGED', { directory, reason: shortMessage(error) }, { cause: error });
  }
}

/**
 * Returns a session on an engine of the host, which stays open when the session is closed. The extensions of such an
 * engine are those that the host gave it.
 */
export async function pgliteSessionOn(
  given: unknown,
  target: Pick<DatabaseTarget, 'shown' | 'schemas'>,
): Promise<PgliteSession> {
  // The caller has checked that it is an instance of PGlite.
  const engine = given as PGlite;
  await engine.waitReady;
  const session = sessionOf(engine, givenExtensions(engine), target, () => ({ [Symbol.dispose]() {} }));
  return { ...session, close: async () => {} };
}

function lockOf(directory: string): DirectoryLock {
  try {
    mkdirSync(dirname(directory), { recursive: true });
    return lockDirectory(directory);
  } catch (error) {
    if (error instanceof KernelError) throw error;
    throw kernelError('DIRECTORY_UNUSABLE', { directory, reason: shortMessage(error) }, { cause: error });
  }
}

async function startEngine(directory: string | null, tune: () => Disposable): Promise<PGlite> {
  const [library, fileOptions] = await Promise.all([
    import('@electric-sql/pglite'),
    directory === null ? inMemory() : onDisk(directory),
  ]);
  using _ = tune();
  using __ = validateLazily();
  const Engine = withFastStart(library);
  const engine = new Engine({
    ...fileOptions(library),
    startParams: startParams(library.PGlite),
  });
  await engine.waitReady;
  return engine;
}

/** Returns PGlite's class with a faster first step after its server has started. */
function withFastStart({ PGlite: Engine, types }: typeof Library): typeof PGlite {
  return class extends Engine {
    /**
     * PostgreSQL's parser is a single function. Optimizing it takes V8 half a second and 600 MB of memory, but saves
     * only a tenth of a millisecond per query. V8 decides whether to optimize a function when it is first called, so an
     * empty query calls the parser once while optimization is turned off. No function that is worth optimizing is first
     * called by that query.
     *
     * Then it reads the array types. PGlite's own query for them has a join, a group by and an order by, and takes
     * twice as long in newly started WebAssembly. Two thirds of its result are row types of the server's own catalogs,
     * and nobody reads such values. PGlite copies its table of types for each query, and copying those row types would
     * take a quarter of the time of a small query.
     */
    override async _initArrayTypes(): Promise<void> {
      {
        using _ = optimizeNothing();
        await this.exec('');
      }
      const { rows } = await this.query<{ oid: number; typarray: number }>(
        'select oid, typarray from pg_catalog.pg_type where typarray <> 0 and (typrelid = 0 or oid >= 16384)',
      );
      for (const { oid, typarray } of rows) {
        this.serializers[typarray] = (x) => types.arraySerializer(x, this.serializers[oid], typarray);
        this.parsers[typarray] = (x): unknown => types.arrayParser(x, this.parsers[oid] ?? asText, typarray);
      }
    }
  };
}

const asText = (text: string): string => text;

/** Returns the options that specify the location of an engine's files. */
type FileOptions = (library: typeof Library) => PGliteOptions;

async function inMemory(): Promise<FileOptions> {
  const createFileSystem = await dataDirectoryInMemory();
  return (library) => ({ fs: createFileSystem(library) });
}

async function onDisk(directory: string): Promise<FileOptions> {
  // A crash during unpacking leaves this marker. Until it is removed, nothing has been committed to the directory.
  const unfinished = `${directory}.creating`;
  if (existsSync(unfinished)) rmSync(directory, { recursive: true, force: true });
  if (isFilled(directory)) assertVersion(directory);
  else {
    // The list of extensions may be left over from an earlier directory that was removed.
    rmSync(extensionsFile(directory), { force: true });
    writeFileSync(unfinished, '');
    await unpackDataDirectory(directory);
    rmSync(unfinished, { force: true });
  }
  return () => ({ dataDir: directory });
}

/**
 * PostgreSQL fills its shared buffers with zeros when it starts. PGlite configures 128 MB, which takes a fifth of the
 * startup time and 100 MB of the process's memory. Fewer buffers cost little, since a page that is not buffered is read
 * from memory too: from the in-memory file system, or from the operating system's cache of the directory.
 */
function startParams({ defaultStartParams }: typeof PGlite): string[] {
  return [...defaultStartParams, '-c', 'shared_buffers=8MB'];
}

function isFilled(directory: string): boolean {
  return existsSync(directory) && readdirSync(directory).length > 0;
}

/**
 * Throws STORE_DAMAGED and STORE_VERSION. PGlite itself does not explain a directory created by another major version.
 */
function assertVersion(directory: string): void {
  const file = join(directory, 'PG_VERSION');
  if (!existsSync(file)) {
    const reason = 'the folder is not empty and has no PG_VERSION file, so it is not a database';
    throw kernelError('STORE_DAMAGED', { directory, reason });
  }
  const found = readFileSync(file, 'utf8').trim();
  if (found !== embeddedMajor) {
    throw kernelError('STORE_VERSION', { directory, found: found.slice(0, 20), expected: embeddedMajor });
  }
}

function sessionOf(
  engine: PGlite,
  extensions: PgliteExtensions,
  { shown, schemas = usualSchemas }: Pick<DatabaseTarget, 'shown' | 'schemas'>,
  tune: () => Disposable,
): Omit<PgliteSession, 'close'> {
  return {
    kind: 'pglite',
    engine,
    extensions,
    shown,
    schemas,
    applicationName: null,
    user: 'postgres',
    pid: null,
    lost: false,
    async script(text, onNotice) {
      // The engine loads some parts, such as PL/pgSQL, when they are first needed.
      using _ = tune();
      await extensions.loadFor(text);
      try {
        await engine.exec(text, {
          ...(onNotice && { onNotice: (n) => onNotice({ code: n.code ?? '00000', message: n.message ?? '' }) }),
        });
      } catch (error) {
        await engine.exec('rollback').catch(() => {});
        throw error;
      }
    },
    async query<Row>(text: string, values: readonly unknown[] = []) {
      using _ = tune();
      await extensions.loadFor(text);
      return (await engine.query<Row>(text, [...values])).rows;
    },
    sibling: async () => null,
    cancel: async () => {},
    abandon() {},
    reconnect: async () => {},
  };
}
