import { readFileSync } from 'node:fs';
import type { Config } from '../config/config.ts';

/** The minimum length of a secret. Redacting shorter values would blank out ordinary words. */
const leastLength = 6;

/**
 * Returns the secrets of a config: its database passwords, and the values of the environment variables that plugin
 * options refer to. Excludes values that the output contains anyway, such as a password that equals the user name, or a
 * variable that contains the path of the project.
 */
export function secretsOf(
  { database, file, root, overlays, plugins, upgrade }: Config,
  env: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  const printed = [database.shown, file, root, ...overlays, ...plugins.keys()];
  const urls = database.kind === 'postgres' ? [database.url, database.directUrl ?? ''] : [];
  const hasOptions = plugins.values().some(({ options }) => Object.keys(options).length > 0);
  const names = hasOptions || upgrade.beforeBreaking !== null ? [file, ...overlays].flatMap(variablesIn) : [];
  const values = names.map((name) => env[name] ?? '');
  const found = [...[...urls, ...values].flatMap(passwordsIn), ...values, env['PGPASSWORD'] ?? ''];
  return [...new Set(found)].filter(
    (secret) => secret.length >= leastLength && !printed.some((text) => text.includes(secret)),
  );
}

/** Returns the passwords of a URL, both as written and decoded. */
function passwordsIn(url: string): readonly string[] {
  if (!URL.canParse(url)) return [];
  const { password, searchParams } = new URL(url);
  const parameter = searchParams.get('password') ?? '';
  try {
    return [password, decodeURIComponent(password), parameter];
  } catch {
    return [password, parameter];
  }
}

/**
 * Returns the variables that a config file references in plugin options and in the command of an upgrade. The file has
 * already been checked.
 */
function variablesIn(file: string): readonly string[] {
  // The shape of a config, in which every key is optional.
  const { plugins, upgrade } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly plugins?: unknown;
    readonly upgrade?: { readonly beforeBreaking?: unknown };
  };
  const names: string[] = [];
  const look = (value: unknown): void => {
    if (typeof value === 'string')
      names.push(...value.matchAll(/\$\{([A-Za-z_][A-Za-z0-9_]*)/g).map(([, name]) => name ?? ''));
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inside] of Object.entries(value)) if (!key.startsWith('$')) look(inside);
  };
  look(plugins);
  look(upgrade?.beforeBreaking);
  return names;
}

// `user:password@` is an example in documentation, not a password.
const urlPassword = /(:\/\/[^\s:@/'"<>]*:)(?!password@)[^\s'"<>]*@/g;
const passwordParameter = /\b((?:ssl)?password=)[^\s&'"]+/gi;

/** Redacts `secrets` and the passwords of URLs in `text`. This is the last line of defense for all output. */
export function redacted(text: string, secrets: readonly string[]): string {
  const known = secrets
    .toSorted((a, b) => b.length - a.length)
    .reduce((rest, one) => rest.replaceAll(one, '***'), text);
  return known.replaceAll(urlPassword, '$1***@').replaceAll(passwordParameter, '$1***');
}
