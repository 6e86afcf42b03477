import { dirname, resolve } from 'node:path';
import { kernelError } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';
import { quoteInput } from '../error/quote-input.ts';
import type { DatabaseTarget, Json } from './config.ts';
import { fileOf, isObject, type JsonObject, type Layer } from './config-layers.ts';
import { pointerOf } from './json-pointer.ts';
import { assertKnownKeys, invalidValue } from './invalid-value.ts';
import { settings, settingsUnder, type Setting } from './settings.ts';

const embedded = 'pglite://';

/**
 * Reads `database`, a URL or an object of URLs and schemas. Paths are relative to `file`. `usual` is the database of a
 * program that passes its own connection, and needs no URL. Throws CONFIG_VALUE_INVALID, CONFIG_KEY_UNKNOWN,
 * DATABASE_URL_INVALID.
 */
export function databaseTarget(
  json: Json | undefined,
  file: string,
  layers: readonly Layer[],
  usual: DatabaseTarget | null = null,
): DatabaseTarget {
  if (json === undefined && usual !== null) return usual;
  if (isObject(json)) return targetOf(json, file, layers, usual);
  return targetAt(json, ['database'], file, layers, settings['/database/url']);
}

function targetOf(
  json: JsonObject,
  file: string,
  layers: readonly Layer[],
  usual: DatabaseTarget | null,
): DatabaseTarget {
  assertKnownKeys(json, [...settingsUnder('/database').keys()], ['database'], layers);
  const isGiven = json['url'] === undefined && usual !== null;
  const target = isGiven ? usual : targetAt(json['url'], ['database', 'url'], file, layers, settings['/database/url']);
  return withSchemas(withDirectUrl(target, json, file, layers), json, layers);
}

function withSchemas(target: DatabaseTarget, json: JsonObject, layers: readonly Layer[]): DatabaseTarget {
  const schemaAt = (key: 'schema' | 'ledger'): string => {
    const { check, default: usual, expected } = settings[`/database/${key}`];
    const value = json[key] ?? usual;
    // Its check accepts strings only.
    if (json[key] === undefined || check(value)) return value as string;
    throw invalidValue(layers, ['database', key], expected, json[key]);
  };
  const schemas = Object.freeze({ tables: schemaAt('schema'), ledger: schemaAt('ledger') });
  if (schemas.tables === schemas.ledger) {
    throw invalidValue(layers, ['database', 'ledger'], 'another schema than that of the tables', schemas.ledger);
  }
  return Object.freeze({ ...target, schemas });
}

function withDirectUrl(
  target: DatabaseTarget,
  json: JsonObject,
  file: string,
  layers: readonly Layer[],
): DatabaseTarget {
  if (json['directUrl'] === undefined) return target;
  const path = ['database', 'directUrl'];
  const direct = targetAt(json['directUrl'], path, file, layers, settings['/database/directUrl']);
  if (target.kind !== 'postgres' || direct.kind !== 'postgres') {
    throw invalidValue(layers, path, 'a postgres:// URL beside a postgres:// "url"', json['directUrl']);
  }
  return Object.freeze({ ...target, directUrl: direct.url });
}

function targetAt(
  json: Json | undefined,
  path: readonly string[],
  file: string,
  layers: readonly Layer[],
  { expected }: Setting,
): DatabaseTarget {
  if (typeof json !== 'string' || json.trim() === '') throw invalidValue(layers, path, expected, json);
  const url = json.trim();
  const wrong = (problem: string): KernelError => {
    const shown = url.startsWith(embedded) ? quoteInput(url) : partsOf(url);
    return kernelError('DATABASE_URL_INVALID', {
      file: fileOf(layers, path),
      pointer: pointerOf(path),
      shown,
      problem,
    });
  };
  if (url.startsWith(embedded)) {
    const place = url.slice(embedded.length);
    if (place.includes('\0')) throw wrong('its path contains a zero byte');
    const directory = place === '' ? null : resolve(dirname(file), place);
    const shown = directory === null ? `${embedded} (in memory)` : `${embedded}${directory}`;
    return Object.freeze({ kind: 'pglite', directory, shown });
  }
  const problem = problemOf(url);
  if (problem !== null) throw wrong(problem);
  return Object.freeze({ kind: 'postgres', url, directUrl: null, shown: shownOf(new URL(url)) });
}

function problemOf(text: string): string | null {
  const scheme = schemeOf(text);
  const allowed = 'the schemes are postgres://, postgresql:// and pglite://';
  if (scheme === null) return `it has no scheme; ${allowed}`;
  if (scheme !== 'postgres' && scheme !== 'postgresql') return `the scheme ${scheme}:// is not supported; ${allowed}`;
  let url: URL;
  try {
    url = new URL(text);
    for (const part of [url.username, url.password, url.pathname]) decodeURIComponent(part);
  } catch (error) {
    return error instanceof URIError
      ? 'it has a "%" that two hexadecimal digits do not follow'
      : 'its host or port cannot be read, or its password has a special character';
  }
  // An "@" after the host, or anything after "#", is the rest of a password in which "/", "?" or "#" is not encoded.
  if (url.hash !== '' || url.pathname.includes('@') || [...url.searchParams.keys()].some((key) => key.includes('@'))) {
    return 'its user or password has a "#", "/", "?" or "@" that is not percent-encoded';
  }
  return null;
}

/**
 * Returns the part before `://`. If the slashes were not required, `user:password@host` would seem to have a scheme.
 */
function schemeOf(text: string): string | null {
  return /^([a-z][a-z0-9+.-]{0,30}):\/\//i.exec(text)?.[1]?.toLowerCase() ?? null;
}

/** Returns those parts of an unparsable URL that cannot contain any of the password. */
function partsOf(text: string): string {
  const scheme = schemeOf(text);
  if (scheme === null) return 'text without a scheme';
  const rest = text.slice(scheme.length + '://'.length);
  const at = rest.lastIndexOf('@');
  const login = at < 0 ? '' : rest.slice(0, at);
  const [, host = '', port = '', database = ''] =
    /^([^:/?#]*)(?::([^/?#]*))?(?:\/([^?#]*))?/.exec(rest.slice(at + 1)) ?? [];
  const password = login.includes(':') ? ':***' : '';
  const user = at < 0 ? '' : `${login.split(/[:/?#]/)[0] ?? ''}${password}@`;
  // Without an "@", the apparent port may be a password.
  const shownPort = port === '' ? '' : `:${/^\d{1,5}$/.test(port) ? port : '***'}`;
  return quoteInput(`${scheme}://${user}${host}${shownPort}${database === '' ? '' : `/${database}`}`, 200);
}

/** Returns the user, host, port and database of a valid URL, without its query, which may contain a password. */
function shownOf(url: URL): string {
  const host = url.host === '' ? (url.searchParams.get('host') ?? '') : url.host;
  const user = url.username === '' ? '' : `${url.username}@`;
  return `${url.protocol}//${user}${host}${url.pathname === '/' ? '' : url.pathname}`;
}
