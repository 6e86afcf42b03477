import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { emptyDatabase } from '../../../../test/helper/database.ts';
import { filesOf, type EngineFiles } from '../../src/db/pglite-files.ts';
import { openPglite, type PgliteSession } from '../../src/db/pglite-session.ts';
import { branch, exists, revision, upgrade } from './support.ts';

const memory = { kind: 'pglite', directory: null, shown: 'memory' } as const;

async function directory(): Promise<{
  readonly directory: string;
  readonly file: string;
  readonly open: () => Promise<PgliteSession>;
}> {
  const target = await emptyDatabase('pglite');
  if (target.kind !== 'pglite' || target.directory === null) throw new Error('no directory');
  return {
    directory: target.directory,
    file: `${target.directory}.extensions`,
    open: async () => openPglite(target),
  };
}

/** Any text with this part, for `toMatchObject`. */
function containing(part: string): unknown {
  return expect.stringContaining(part);
}

/** Creates an extension, and a table with an index that needs it. */
const trigrams = `create extension pg_trgm; create table note (text text);
  create index on note using gin (text gin_trgm_ops);`;

const insert = "insert into note values ('hello')";

describe('an extension in memory', () => {
  it.each([
    ['plain SQL', trigrams],
    ['an uppercase name with comments', trigrams.replace('extension', 'EXTENSION /* for */ -- search\n IF NOT EXISTS')],
    ['a `do` block', `do $$ begin ${trigrams} end $$`],
    ['SQL that ends with its name', 'create table note (text text); create extension pg_trgm'],
  ])('is created by %s', async (_, up) => {
    const session = await openPglite(memory);
    expect((await upgrade(session, branch('core', 'create table a ()', up, insert))).error).toBeNull();
    expect(await session.query('select text from note')).toEqual([{ text: 'hello' }]);
    await session.close();
  });

  it('is created by a code revision, together with the extensions that it requires', async () => {
    const session = await openPglite(memory);
    const known = [
      revision({
        id: 'core@0001',
        up: async ({ query, sql }) => void (await query(sql`create extension "earthdistance" cascade`)),
      }),
    ];
    expect((await upgrade(session, known)).error).toBeNull();
    expect(await session.query("select extname from pg_extension where extname <> 'plpgsql' order by 1")).toEqual([
      { extname: 'cube' },
      { extname: 'earthdistance' },
    ]);
    await session.close();
  });

  it('is available if it ships with PGlite, unless the server must load it when it starts', async () => {
    const session = await openPglite(memory);
    const archives = dirname(fileURLToPath(import.meta.resolve('@electric-sql/pglite')));
    const modules = readdirSync(join(archives, 'contrib')).filter((name) => name.endsWith('.js'));
    const failed: string[] = [];
    for (const module of modules) {
      const name = module.slice(0, -'.js'.length).replace('uuid_ossp', 'uuid-ossp');
      await session.script(`create extension "${name}" cascade`).catch(() => failed.push(name));
    }
    expect(modules.length).toBeGreaterThan(25);
    // `auto_explain` is a library without an extension.
    expect(failed).toEqual(['auto_explain', 'pg_stat_statements']);
    await session.close();
  });

  it('is not loaded if no revision names it', async () => {
    const session = await openPglite(memory);
    const { error } = await upgrade(
      session,
      branch('core', `do $$ begin execute 'create exten' || 'sion hstore'; end $$`),
    );
    expect(error).toMatchObject({
      code: 'EMBEDDED_EXTENSION_MISSING',
      details: { extension: 'hstore', revision: 'core@0001' },
    });
    expect(error?.hint).toContain('create extension "hstore";');
    await session.close();
  });
});

describe('an extension that the embedded engine lacks', () => {
  it('is refused before anything is written, with the revision and the alternatives', async () => {
    const { open, file } = await directory();
    const session = await open();
    const known = branch('core', trigrams, '/* maps */ create extension if not exists postgis;');
    const { applied, error } = await upgrade(session, known);
    expect(applied).toEqual([]);
    expect(error).toMatchObject({
      code: 'EMBEDDED_EXTENSION_MISSING',
      exitCode: 22,
      message: containing('Revision "core@0002" creates the extension "postgis"'),
      hint: containing('--shadow postgres://'),
      written: 'Nothing was written.',
    });
    expect(error?.message).toContain('PGlite');
    expect(await exists(session, 'note')).toBe(false);
    expect(await session.query("select from pg_namespace where nspname = 'kernel'")).toEqual([]);
    expect(existsSync(file)).toBe(false);
    await session.close();
  });

  it('is not refused if only a comment or a constant names it', async () => {
    const session = await openPglite(memory);
    const up = `-- create extension postgis\nselect 'create extension postgis'`;
    expect((await upgrade(session, branch('core', up))).error).toBeNull();
    await session.close();
  });

  it('is refused when dynamic SQL creates it, and the revisions before it are kept', async () => {
    const session = await openPglite(memory);
    const dynamic = `do $$ begin execute 'create extension ' || 'postgis'; end $$`;
    const { applied, error } = await upgrade(session, branch('core', 'create table a ()', dynamic));
    expect(applied).toHaveLength(1);
    expect(error).toMatchObject({
      code: 'EMBEDDED_EXTENSION_MISSING',
      written: 'It was rolled back; the revision before it stays applied.',
    });
    await session.close();
  });
});

describe('an extension that the embedded engine cannot load', () => {
  it('is refused, and the error names its library', async () => {
    const session = await openPglite(memory);
    // Like a library that was built for another version of PGlite.
    const files: Partial<EngineFiles> = { createPreloadedFile: (...[, , , , , , onError]) => onError() };
    Object.assign(filesOf(session.engine), files);
    const { error } = await upgrade(session, branch('core', trigrams));
    expect(error).toMatchObject({
      code: 'EMBEDDED_EXTENSION_MISSING',
      message: containing('cannot load: pg_trgm.so'),
    });
    await expect(session.script(trigrams)).rejects.toMatchObject({ code: 'EMBEDDED_EXTENSION_MISSING' });
    await session.close();
  });
});

describe('an extension in a directory', () => {
  it('is loaded whenever the directory is opened', async () => {
    const { open, file } = await directory();
    const first = await open();
    expect((await upgrade(first, branch('core', 'create table a ()'))).error).toBeNull();
    expect(existsSync(file)).toBe(false);
    await first.script(`${trigrams} create extension "uuid-ossp"`);
    await first.close();
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(['pg_trgm', 'uuid-ossp']);
    const second = await open();
    await second.script(insert);
    expect(
      await second.query("select text from note where text like '%ell%' and uuid_generate_v4() is not null"),
    ).toEqual([{ text: 'hello' }]);
    await second.close();
  });

  it('is created after a process was killed between listing it and committing it', async () => {
    const { directory: path, file, open } = await directory();
    const sessionModule = new URL('../../src/db/session.ts', import.meta.url).href;
    const code = `const { openSession } = await import(${JSON.stringify(sessionModule)});
      const session = await openSession(${JSON.stringify({ kind: 'pglite', directory: path, shown: path })});
      await session.script('create table a ()');
      await session.query('begin');
      await session.script(${JSON.stringify(trigrams)});
      process.kill(process.pid, 'SIGKILL');`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: 'inherit' });
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(['pg_trgm']);
    const next = await open();
    expect(await exists(next, 'a')).toBe(true);
    expect(await exists(next, 'note')).toBe(false);
    expect((await upgrade(next, branch('core', trigrams, insert))).error).toBeNull();
    await next.close();
  });

  it('is refused before the application uses the directory if it is no longer installed', async () => {
    const { open, file, directory: path } = await directory();
    await (await open()).close();
    writeFileSync(file, '["vector_of_the_past"]');
    await expect(open()).rejects.toMatchObject({
      code: 'EMBEDDED_EXTENSION_MISSING',
      message: containing('needs the extension "vector_of_the_past"'),
    });
    // The lock was released, and a new directory does not inherit the list.
    rmSync(path, { recursive: true });
    await (await open()).close();
    expect(existsSync(file)).toBe(false);
  });
});
