import { execFileSync } from 'node:child_process';
import type { PGlite } from '@electric-sql/pglite';
import { pgDump } from '@electric-sql/pglite-tools/pg_dump';
import { catalogReader } from '../../../kernel/src/catalog/read-catalog.ts';
import { openPglite, type PgliteSession } from '../../../kernel/src/db/pglite-session.ts';
import { dropAddedObjects } from '../../src/shadow/drop-added-objects.ts';
import { openShadow, type Shadow } from '../../src/shadow/shadow.ts';
import { schemaDifferences } from '../../src/authoring/schema-proof.ts';
import { normalDump } from './normal-dump.ts';

/** A shadow whose schema `pg_dump` can print. */
export interface DumpableShadow extends Shadow {
  readonly dump: () => Promise<readonly string[]>;
}

const options = ['--schema-only', '--no-owner', '--exclude-schema=kernel'] as const;

/** Whether `pg_dump` 15 is installed. Older versions refuse newer servers. */
export const hasPgDump: boolean = isInstalled();

/** The suffix for the name of a test that needs `pg_dump`: the reason for skipping it, if it is not installed. */
export const pgDumpSkipReason: string = hasPgDump ? '' : ' (skipped: pg_dump 15 or newer is not installed)';

function isInstalled(): boolean {
  try {
    const [, major = '0'] = /(\d+)\.\d+/.exec(execFileSync('pg_dump', ['--version'], { encoding: 'utf8' })) ?? [];
    return Number(major) >= 15;
  } catch {
    return false;
  }
}

/** Opens a shadow in a new database on a server. */
export async function openDumpableServer(url: string): Promise<DumpableShadow> {
  const shadow = await openShadow(url);
  return {
    ...shadow,
    async dump() {
      const [row] = await shadow.session.query<{ name: string }>('select current_database() as name');
      const target = url.replace(/\/\w+$/, `/${row?.name ?? ''}`);
      return normalDump(execFileSync('pg_dump', [...options, target], { encoding: 'utf8', maxBuffer: 2 ** 26 }));
    },
  };
}

/**
 * Opens a shadow on an embedded database that lives long, unlike that of a command, so its engine optimizes its code.
 */
export async function openDumpableEmbedded(): Promise<DumpableShadow> {
  let session = await openEngine();
  let readCatalog = catalogReader(session);
  const pristine = await readCatalog();
  return {
    plugins: [],
    replayed: new Map(),
    get session() {
      return session;
    },
    catalog: () => readCatalog(),
    digest: async () => null,
    async empty() {
      await session.script('rollback');
      const settings = [...(await readCatalog()).settings.values()];
      const resets = settings
        .filter(({ of }) => of.kind === 'schema' || of.kind === 'database')
        .map(({ reset }) => reset);
      if (resets.length > 0) await session.script(resets.join('\n'));
      await dropAddedObjects(session);
      const found = await readCatalog();
      if (found.unread.size === 0 && schemaDifferences(pristine, found).length === 0) return;
      await session.close();
      session = await openEngine();
      readCatalog = catalogReader(session);
    },
    async dump() {
      const file = await pgDump({ pg: withoutDeallocation(session.engine), args: [...options] });
      // It leaves its transaction, its settings and its prepared statements.
      await session.script('rollback; reset all;');
      const left = await session.query<{ name: string }>(
        `select quote_ident(name) as name from pg_prepared_statements where name !~ '^headwater_' and name <> ''`,
      );
      if (left.length > 0) await session.script(left.map(({ name }) => `deallocate ${name};`).join(' '));
      return normalDump(await file.text());
    },
    [Symbol.asyncDispose]: () => session.close(),
  };
}

function openEngine(): Promise<PgliteSession> {
  return openPglite({ kind: 'pglite', directory: null, shown: 'the embedded database' });
}

/** Returns an engine that keeps the prepared queries of the catalog, which `pgDump` would deallocate. */
function withoutDeallocation(engine: PGlite): PGlite {
  return new Proxy(engine, {
    get(target, key) {
      if (key === 'exec') return async (text: string) => (text === 'DEALLOCATE ALL' ? [] : target.exec(text));
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
