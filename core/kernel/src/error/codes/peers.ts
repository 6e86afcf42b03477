import { defineError } from '../define-error.ts';
import { joinNames } from '../join-names.ts';
import { exitCode } from '../exit-code.ts';

/** Errors for packages that the kernel shares with the application: MikroORM and the embedded PostgreSQL. */
export const peerCodes = {
  EMBEDDED_NOT_INSTALLED: defineError({
    exit: exitCode.environment,
    message: (d: {
      database: string;
      missing: readonly { package: string; version: string; found: string | null }[];
      install: string;
    }) =>
      `The embedded database (${d.database}) needs ${joinNames(d.missing.map(needed))}. A server-only installation omits ` +
      'these packages.',
    hint: (d) =>
      `${d.install} (add --save-dev if only @headwater/dev needs it); or use a server: "database": ` +
      '"postgres://user:password@host/name" in config.json',
  }),
  MIKRO_ORM_MISMATCH: defineError({
    exit: exitCode.incompatible,
    message: (d: { found: readonly { package: string; version: string | null }[]; install: string }) =>
      `The MikroORM packages are incompatible: found ${joinNames(d.found.map(shown))}; all of them must have the same version.`,
    hint: (d) => `${d.install}; then: npm ls @mikro-orm/core`,
  }),
  MIKRO_ORM_DUPLICATE: defineError({
    exit: exitCode.incompatible,
    message: (d: {
      /** For example `the plugin "likes" (@acme/likes)`. */
      importer: string;
      directory: string;
      version: string;
      kernelDirectory: string;
      kernelVersion: string;
    }) =>
      `There are two copies of @mikro-orm/core: the kernel imports ${d.kernelDirectory} (${d.kernelVersion}), and ` +
      `${d.importer} would import ${d.directory} (${d.version}).`,
    hint: () =>
      'Find the package that brings the second copy: npm ls @mikro-orm/core. A plugin lists it under "peerDependencies" with a ' +
      'range ("^7.2.0"), never under "dependencies". Then: npm dedupe',
  }),
};

function needed(d: { readonly package: string; readonly version: string; readonly found: string | null }): string {
  return `${d.package} ${d.version} (${d.found === null ? 'not installed' : `found ${d.found}`})`;
}

function shown({ package: name, version }: { readonly package: string; readonly version: string | null }): string {
  return version === null ? `no ${name}` : `${name} ${version}`;
}
