import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  assertEngineInstalled,
  assertMikroOrmFits,
  assertSharedMikroOrm,
  testedVersions,
} from '../../src/peers/kernel-peers.ts';
import { makeFolder, writeFiles } from '../config/folder.ts';
import { refusalOf } from '../config/refusal.ts';
import { kernelFolder } from '../plugin/project.ts';

const postgres = { kind: 'postgres', shown: 'postgres://localhost/app' } as const;
const pglite = { kind: 'pglite', shown: 'pglite://.data' } as const;
const embedded = { '@electric-sql/pglite': '0.5.8', '@electric-sql/pglite-prepopulatedfs': '0.5.8' };

/** Installs packages of the given versions and returns the URL of a module that would import them. */
function installed(versions: Readonly<Record<string, string>>, folder = makeFolder()): string {
  const files = Object.entries(versions).map(([name, version]): [string, object] => [
    `node_modules/${name}/package.json`,
    { name, version },
  ]);
  writeFiles(folder, Object.fromEntries(files));
  return pathToFileURL(join(folder, 'index.js')).href;
}

function mikroOrm(core: string, postgresql = core): Record<string, string> {
  return { '@mikro-orm/core': core, '@mikro-orm/postgresql': postgresql };
}

describe('the embedded database', () => {
  it('needs its packages, and the error shows the command that installs the missing ones', () => {
    const server = installed(mikroOrm('7.2.1'));
    const { code, exit, text } = refusalOf(() => assertEngineInstalled('pglite://.data', server));
    expect([code, exit]).toEqual(['EMBEDDED_NOT_INSTALLED', 11]);
    expect(text).toContain(
      'The embedded database (pglite://.data) needs @electric-sql/pglite 0.5.8 (not installed), ' +
        '@electric-sql/pglite-prepopulatedfs 0.5.8 (not installed) and @mikro-orm/pglite 7.2.1 (not installed).',
    );
    expect(text).toContain(
      'npm install @electric-sql/pglite@0.5.8 @electric-sql/pglite-prepopulatedfs@0.5.8 @mikro-orm/pglite@7.2.1 (add --save-dev',
    );
    expect(refusalOf(() => assertMikroOrmFits(pglite, server)).text).toBe(text);
  });

  it('needs MikroORM’s driver only when MikroORM is loaded', () => {
    const parent = installed({ ...mikroOrm('7.2.1'), ...embedded });
    assertEngineInstalled('pglite://.data', parent);
    const { code, text } = refusalOf(() => assertMikroOrmFits(pglite, parent));
    expect(code).toBe('EMBEDDED_NOT_INSTALLED');
    expect(text).toContain('needs @mikro-orm/pglite 7.2.1 (not installed).');
    expect(text).toContain('npm install @mikro-orm/pglite@7.2.1 ');
  });

  it('needs all MikroORM packages at a version for which its driver exists', () => {
    const { text } = refusalOf(() => assertMikroOrmFits(pglite, installed({ ...mikroOrm('7.2.5'), ...embedded })));
    expect(text).toContain('npm install @mikro-orm/pglite@7.2.1 @mikro-orm/core@7.2.1 @mikro-orm/postgresql@7.2.1 ');
  });

  it('needs the exact engine version that it is tested with', () => {
    const parent = installed({ ...mikroOrm('7.2.1'), ...embedded, '@electric-sql/pglite': '0.4.1' });
    const { code, text } = refusalOf(() => assertEngineInstalled('pglite://.data', parent));
    expect(code).toBe('EMBEDDED_NOT_INSTALLED');
    expect(text).toContain('needs @electric-sql/pglite 0.5.8 (found 0.4.1)');
    expect(text).toContain('npm install @electric-sql/pglite@0.5.8');
  });

  it('needs nothing more than its packages', () => {
    const parent = installed({ ...mikroOrm('7.2.1'), ...embedded, '@mikro-orm/pglite': '7.2.1' });
    expect(() => assertEngineInstalled('pglite://.data', parent)).not.toThrow();
    expect(() => assertMikroOrmFits(pglite, parent)).not.toThrow();
  });
});

describe('the packages of MikroORM', () => {
  it('may have any common version, and a server needs neither the embedded database nor its driver', () => {
    expect(() => assertMikroOrmFits(postgres, installed(mikroOrm('7.2.5')))).not.toThrow();
    const newer = installed({ ...mikroOrm('7.3.0'), '@mikro-orm/pglite': '7.2.1' });
    expect(() => assertMikroOrmFits(postgres, newer)).not.toThrow();
  });

  it.each<[versions: Readonly<Record<string, string>>, found: string]>([
    [mikroOrm('7.2.5', '7.2.1'), 'found @mikro-orm/core 7.2.5 and @mikro-orm/postgresql 7.2.1;'],
    [{ '@mikro-orm/core': '7.2.1' }, 'found @mikro-orm/core 7.2.1 and no @mikro-orm/postgresql;'],
    [{}, 'found no @mikro-orm/core and no @mikro-orm/postgresql;'],
  ])('are rejected by name if their versions differ: %j', (versions, found) => {
    const { code, exit, text } = refusalOf(() => assertMikroOrmFits(postgres, installed(versions)));
    expect([code, exit]).toEqual(['MIKRO_ORM_MISMATCH', 14]);
    expect(text).toContain(found);
    expect(text).toContain('npm install @mikro-orm/core@7.2.1 @mikro-orm/postgresql@7.2.1;');
  });

  it('are rejected by name if the embedded driver has a different version', () => {
    const parent = installed({ ...mikroOrm('7.2.5'), ...embedded, '@mikro-orm/pglite': '7.2.1' });
    const { code, text } = refusalOf(() => assertMikroOrmFits(pglite, parent));
    expect(code).toBe('MIKRO_ORM_MISMATCH');
    expect(text).toContain('@mikro-orm/core 7.2.5, @mikro-orm/postgresql 7.2.5 and @mikro-orm/pglite 7.2.1;');
  });

  it('are rejected if one of them brings a second copy of the core', () => {
    const folder = makeFolder();
    const parent = installed(mikroOrm('7.2.1'), folder);
    installed({ '@mikro-orm/core': '7.2.1' }, join(folder, 'node_modules/@mikro-orm/postgresql'));
    const { code, exit, text } = refusalOf(() => assertMikroOrmFits(postgres, parent));
    expect([code, exit]).toEqual(['MIKRO_ORM_DUPLICATE', 14]);
    expect(text).toContain('@mikro-orm/postgresql would import');
    expect(text).toContain('postgresql/node_modules/@mikro-orm/core (7.2.1)');
  });

  it('are tested at the exact versions that the errors name; the peers are those that every installation needs', () => {
    const { devDependencies, peerDependencies, peerDependenciesMeta } = JSON.parse(
      readFileSync(join(kernelFolder, 'package.json'), 'utf8'),
    ) as {
      readonly devDependencies: Record<string, string>;
      readonly peerDependencies: Record<string, string>;
      readonly peerDependenciesMeta: Record<string, { readonly optional: boolean }>;
    };
    expect(devDependencies).toMatchObject(testedVersions);
    const optional = Object.keys(peerDependenciesMeta);
    const needed = Object.entries(peerDependencies).filter(([name]) => !optional.includes(name));
    expect(Object.fromEntries(needed)).toEqual({ '@mikro-orm/core': '^7.2.0', '@mikro-orm/postgresql': '^7.2.0' });
  });
});

describe('a plugin', () => {
  const plugin = { name: 'likes', package: '@acme/likes' };

  it('is rejected if it would import a second copy of MikroORM’s core, with both paths and versions', () => {
    const folder = makeFolder();
    const parent = installed(mikroOrm('7.2.5'), folder);
    const entry = installed({ '@mikro-orm/core': '7.2.1' }, join(folder, 'node_modules/@acme/likes'));
    const { code, exit, text } = refusalOf(() => assertSharedMikroOrm(plugin, entry, parent));
    expect([code, exit]).toEqual(['MIKRO_ORM_DUPLICATE', 14]);
    for (const part of [
      `the kernel imports ${join(folder, 'node_modules/@mikro-orm/core')} (7.2.5)`,
      'the plugin "likes" (@acme/likes) would import',
      'likes/node_modules/@mikro-orm/core (7.2.1)',
      'npm ls @mikro-orm/core',
    ]) {
      expect(text).toContain(part);
    }
  });

  it('is rejected if the decorators that it would import bring a second copy of the core', () => {
    const folder = makeFolder();
    const parent = installed({ ...mikroOrm('7.2.5'), '@mikro-orm/decorators': '7.2.1' }, folder);
    const entry = installed({}, join(folder, 'node_modules/@acme/likes'));
    expect(() => assertSharedMikroOrm(plugin, entry, parent)).not.toThrow();
    installed({ '@mikro-orm/core': '7.2.1' }, join(folder, 'node_modules/@mikro-orm/decorators'));
    const { code, text } = refusalOf(() => assertSharedMikroOrm(plugin, entry, parent));
    expect(code).toBe('MIKRO_ORM_DUPLICATE');
    expect(text).toContain('@mikro-orm/decorators of the plugin "likes" (@acme/likes) would import');
    expect(text).toContain('decorators/node_modules/@mikro-orm/core (7.2.1)');
  });

  it('may import the kernel’s copy, or none', () => {
    const folder = makeFolder();
    const parent = installed(mikroOrm('7.2.5'), folder);
    const entry = installed({}, join(folder, 'node_modules/@acme/likes'));
    expect(() => assertSharedMikroOrm(plugin, entry, parent)).not.toThrow();
    expect(() => assertSharedMikroOrm(plugin, installed({}), parent)).not.toThrow();
  });
});
