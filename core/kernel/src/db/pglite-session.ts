import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type * as Library from '@electric-sql/pglite';
import type { PGlite, PGliteOptions } from '@electric-sql/pglite';
import type { DatabaseTarget } from '../config/config.ts';
import { kernelError } from '../error/kernel-codes.ts';
import { KernelError } from '../error/kernel-error.ts';
import { shortMessage } from '../error/short-message.ts';
import { optimizeLate, optimizeNothing, validateLazily } from '../runtime/webassembly.ts';
import { assertEngineInstalled } from '../peers/kernel-peers.ts';
import { lockDirectory, type DirectoryLock } from './directory-lock.ts';
import type { Session } from './session.ts';
import { preparedMemory, unpackTemplate } from './template.ts';

type PgliteTarget = Extract<DatabaseTarget, { kind: 'pglite' }>;

/** The major version of PostgreSQL inside @electric-sql/pglite 0.5. */
const embeddedMajor = '18';

/** An embedded session, which also lends out its engine: MikroORM runs on the same instance. */
export interface PgliteSession extends Session {
  readonly engine: PGlite;
}

/** How to open an embedded database. */
export interface PgliteOptions {
  /** Whether it is closed when one command ends, so that optimizing its code never pays. Default: false. */
  readonly shortLived?: boolean;
}

/**
 * Opens the embedded database: takes its directory, makes it from the prepared template on the first boot, and starts
 * the engine. Throws EMBEDDED_NOT_INSTALLED, DIRECTORY_IN_USE, DIRECTORY_UNUSABLE, STORE_VERSION and STORE_DAMAGED.
 */
export async function openPglite(
  target: PgliteTarget,
  { shortLived = false }: PgliteOptions = {},
): Promise<PgliteSession> {
  const { directory } = target;
  assertEngineInstalled(target.shown);
  const lock = directory === null ? null : takeDirectory(directory);
  try {
    const tune = shortLived ? optimizeNothing : optimizeLate;
    const engine = await startEngine(directory, tune);
    return sessionOf(engine, target, lock, tune);
  } catch (error) {
    lock?.release();
    if (error instanceof KernelError || directory === null) throw error;
    throw kernelError('STORE_DAMAGED', { directory, reason: shortMessage(error) }, { cause: error });
  }
}

function takeDirectory(directory: string): DirectoryLock {
  try {
    mkdirSync(dirname(directory), { recursive: true });
    return lockDirectory(directory);
  } catch (error) {
    if (error instanceof KernelError) throw error;
    throw kernelError('DIRECTORY_UNUSABLE', { directory, reason: shortMessage(error) }, { cause: error });
  }
}

async function startEngine(directory: string | null, tune: () => Disposable): Promise<PGlite> {
  const [library, place] = await Promise.all([
    import('@electric-sql/pglite'),
    directory === null ? inMemory() : onDisk(directory),
  ]);
  using _ = tune();
  using __ = validateLazily();
  const Engine = startingLightly(library);
  const engine = new Engine({
    ...place(library),
    startParams: startParams(library.PGlite),
  });
  await engine.waitReady;
  return engine;
}

/** What an engine does once its server is up, before anybody queries it. */
function startingLightly({ PGlite: Engine, types }: typeof Library): typeof PGlite {
  return class extends Engine {
    /**
     * PostgreSQL's grammar is one function that takes V8's optimizer half a second and 600 MB of memory, for a tenth of a
     * millisecond a query. So it is called for the first time, which is when V8 decides, by a query of nothing, before all
     * others: nothing else that would be worth it runs for the first time there.
     *
     * Then come the types of arrays, which PGlite would read by a join, a group and an order: twice the time, in a
     * WebAssembly that has just started. Two thirds of them are of the rows of the server's own catalogs. PGlite copies its
     * table of types for each query, which is a quarter of a small one's time with those, and nobody reads them.
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

/** Where an engine finds its files. */
type Place = (library: typeof Library) => PGliteOptions;

async function inMemory(): Promise<Place> {
  const filesOf = await preparedMemory();
  return (library) => ({ fs: filesOf(library) });
}

async function onDisk(directory: string): Promise<Place> {
  // A crash while the template was being unpacked leaves this marker, and nothing anybody was told is in there yet.
  const unfinished = `${directory}.creating`;
  if (existsSync(unfinished)) rmSync(directory, { recursive: true, force: true });
  if (isFilled(directory)) assertVersion(directory);
  else {
    writeFileSync(unfinished, '');
    await unpackTemplate(directory);
    rmSync(unfinished, { force: true });
  }
  return () => ({ dataDir: directory });
}

/**
 * PostgreSQL fills its shared buffers with zeros when it starts, of which PGlite's configuration has 128 MB: a fifth of the
 * time that a start takes, and 100 MB of the process's memory. A buffer that is missed is read from memory as well: the
 * engine's own, or the operating system's cache of the directory.
 */
function startParams({ defaultStartParams }: typeof PGlite): string[] {
  return [...defaultStartParams, '-c', 'shared_buffers=8MB'];
}

function isFilled(directory: string): boolean {
  return existsSync(directory) && readdirSync(directory).length > 0;
}

/** PGlite itself does not explain a directory of another major version. */
function assertVersion(directory: string): void {
  const file = join(directory, 'PG_VERSION');
  if (!existsSync(file)) {
    const reason = 'the folder is not empty and holds no PG_VERSION file, so it is no database';
    throw kernelError('STORE_DAMAGED', { directory, reason });
  }
  const found = readFileSync(file, 'utf8').trim();
  if (found !== embeddedMajor) {
    throw kernelError('STORE_VERSION', { directory, found: found.slice(0, 20), expected: embeddedMajor });
  }
}

function sessionOf(
  engine: PGlite,
  target: PgliteTarget,
  lock: DirectoryLock | null,
  tune: () => Disposable,
): PgliteSession {
  return {
    kind: 'pglite',
    engine,
    shown: target.shown,
    user: 'postgres',
    pid: null,
    lost: false,
    async script(text, onNotice) {
      // PL/pgSQL, for one, is a module that is made when something needs it.
      using _ = tune();
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
      return (await engine.query<Row>(text, [...values])).rows;
    },
    sibling: async () => null,
    reconnect: async () => {},
    async close() {
      await engine.close();
      lock?.release();
    },
  };
}
