import type { Json } from './config.ts';
import { isSchemaName, usualSchemas } from './schemas.ts';

/** A key of config.json that users can set. Both the config reader and the JSON Schema are derived from it. */
export interface Setting<Value extends Json = Json> {
  readonly type: 'seconds' | 'count' | 'boolean' | 'text' | 'choice';
  /** One or more sentences for the JSON Schema and the documentation. */
  readonly description: string;
  /** The value to use if the key is absent, or `null` if there is no default. */
  readonly default: Value;
  /** The accepted values, worded for an error message. */
  readonly expected: string;
  /** Whether a value is accepted. */
  readonly check: (json: Json) => boolean;
  /** The JSON Schema keywords with which an editor checks a value. */
  readonly schema: { readonly [keyword: string]: Json };
}

/** The maximum of a setting in seconds, given that PostgreSQL and Node's timers count milliseconds in 32 bits. */
const mostSeconds = 2_147_483;

/** Every setting, by its JSON pointer in config.json; `*` stands for a plugin's name. To add a setting, add a row. */
export const settings = {
  '/$schema': text({
    description: 'The JSON Schema of this file, for editors: "./config.schema.json".',
    expected: 'a string',
    check: (json) => typeof json === 'string',
  }),
  '/database/url': text({
    description:
      'postgres://user:password@host:5432/name for a server; pglite:// and a path relative to this file for an embedded ' +
      'database; pglite:// alone for one in memory.',
    expected: 'a URL like "postgres://user:password@host:5432/name" or "pglite://../.data/name"',
  }),
  '/database/directUrl': text({
    description: 'A URL that bypasses a connection pooler, for operations that a pooler does not support.',
    expected: 'a URL like "postgres://user:password@host:5432/name"',
  }),
  '/database/schema': schema({
    description:
      'The schema of the tables of the application. Its revisions and entities name no schema, so several applications, ' +
      'or several copies of one, can use one database.',
    default: usualSchemas.tables,
  }),
  '/database/ledger': schema({
    description: 'The schema of the ledger. Each application in a database has its own.',
    default: usualSchemas.ledger,
  }),
  '/core': text({
    description: 'The package of plugin zero, whose tables other plugins may depend on. Without it there is none.',
    expected: 'a package like "@headwater/plugin-core"',
    examples: ['@headwater/plugin-core'],
  }),
  '/plugins/*/$enabled': boolean({
    description: 'Whether the plugin is active. If false, its options stay here.',
    default: true,
  }),
  '/plugins/*/$package': text({
    description: 'The npm name or the ./path of its package, if that is not one of the usual names.',
    expected: 'a package or a ./path',
  }),
  '/plugins/*/$startTimeout': seconds({
    description: 'The time after which importing, starting or stopping the plugin counts as failed.',
    default: 10,
    above: 0,
  }),
  '/pool/max': count({
    description:
      'The largest number of connections that the services of one process share. The embedded database has one.',
    default: 10,
    from: 1,
  }),
  '/pool/connectTimeout': seconds({
    description: 'How long a service waits for a free connection, or for a new one.',
    default: 10,
    above: 0,
  }),
  '/pool/idleTimeout': seconds({
    description: 'How long an unused connection stays open. 0: until the application stops.',
    default: 10,
    from: 0,
  }),
  '/pool/statementTimeout': seconds({
    description: "PostgreSQL's statement_timeout for the statements of services. 0: the server's own setting applies.",
    default: 0,
    from: 0,
  }),
  '/upgrade/mode': choice({
    description:
      'Whether a start applies pending revisions (auto), fails if there are any (check), or leaves them to another ' +
      'process without looking (off). `kernel migrate:up` always applies them.',
    default: 'auto',
    values: ['auto', 'check', 'off'],
  }),
  '/upgrade/beforeBreaking': text({
    description:
      'A shell command that an upgrade runs before each breaking revision, for example a backup. If it fails, the ' +
      'revision does not run.',
    expected: 'a shell command',
  }),
  '/upgrade/checkDrift': boolean({
    description:
      'Whether an upgrade with pending revisions first checks that everything exists that the applied ones created.',
    default: false,
  }),
  '/upgrade/lockWait': seconds({
    description: 'How long to wait for another process that is migrating.',
    default: 300,
    from: 0,
  }),
  '/upgrade/lockTimeout': seconds({
    description: "PostgreSQL's lock_timeout for each statement: the longest that live queries queue behind an upgrade.",
    default: 3,
    from: 0,
  }),
  '/upgrade/retryFor': seconds({
    description: 'How long to retry a revision that could not lock its tables or lost the server.',
    default: 60,
    from: 0,
  }),
  '/upgrade/statementTimeout': seconds({
    description: "PostgreSQL's statement_timeout: the longest that one statement may run. 0 turns it off.",
    default: 0,
    from: 0,
  }),
  '/upgrade/codeTimeout': seconds({
    description:
      'How long the function of a code revision, or the command of `beforeBreaking`, may run. 0 turns the limit off.',
    default: 3600,
    from: 0,
  }),
  '/upgrade/responseTimeout': seconds({
    description:
      "How long the server may take to answer the kernel's own queries, and to report that `statementTimeout` ended a " +
      'statement. 0 turns the limit off.',
    default: 60,
    from: 0,
  }),
} as const;

/** The values of the settings under a pointer, by key. For example, `Section<'/upgrade'>['lockWait']` is a number. */
export type Section<Prefix extends string> = {
  readonly [
    Pointer in keyof typeof settings as Pointer extends `${Prefix}/${infer Key}`
      ? Key extends `${string}/${string}`
        ? never
        : Key
      : never
  ]: (typeof settings)[Pointer] extends Setting<infer Value> ? Value : never;
};

/** Returns the settings under a pointer, by key, in the order of the table. */
export function settingsUnder(prefix: string): ReadonlyMap<string, Setting> {
  const found = Object.entries<Setting>(settings).flatMap(([pointer, setting]): [string, Setting][] => {
    const key = pointer.startsWith(`${prefix}/`) ? pointer.slice(prefix.length + 1) : '/';
    return key.includes('/') ? [] : [[key, setting]];
  });
  return new Map(found);
}

/** The keys of config.json itself, in the order of the table. */
export const topKeys: readonly string[] = [
  ...new Set(Object.keys(settings).map((pointer) => pointer.split('/')[1] ?? '')),
];

type Described = Pick<Setting, 'description'>;

function text(
  row: Described & { expected: string; check?: Setting['check']; examples?: string[] },
): Setting<string | null> {
  const { examples, ...rest } = row;
  const check = (json: Json): boolean => typeof json === 'string' && json.trim() !== '';
  const schema = { type: 'string', ...(examples && { examples }) };
  return { type: 'text', default: null, check, schema, ...rest };
}

function schema(row: Described & { default: string }): Setting<string> {
  return {
    type: 'text',
    expected: 'the name of a schema, at most 63 bytes, that is neither information_schema nor begins with "pg_"',
    check: (json) => typeof json === 'string' && isSchemaName(json),
    schema: { type: 'string', minLength: 1, default: row.default },
    ...row,
  };
}

function boolean(row: Described & { default: boolean }): Setting<boolean> {
  const check = (json: Json): boolean => typeof json === 'boolean';
  return { type: 'boolean', expected: 'true or false', check, schema: { type: 'boolean' }, ...row };
}

function choice<const Value extends string>({
  values,
  ...row
}: Described & { default: Value; values: readonly Value[] }): Setting<Value> {
  return {
    type: 'choice',
    expected: values.map((value) => JSON.stringify(value)).join(' or '),
    check: (json) => values.some((value) => value === json),
    schema: { type: 'string', enum: values },
    ...row,
  };
}

function count({ from, ...row }: Described & { default: number; from: number }): Setting<number> {
  return {
    type: 'count',
    expected: `a whole number from ${from}`,
    check: (json) => Number.isSafeInteger(json) && Number(json) >= from,
    schema: { type: 'integer', minimum: from },
    ...row,
  };
}

function seconds(row: Described & { default: number } & ({ from: number } | { above: number })): Setting<number> {
  const { description, default: usual } = row;
  const least = 'from' in row ? { minimum: row.from } : { exclusiveMinimum: row.above };
  const range = 'from' in row ? `from ${row.from}` : `above ${row.above}`;
  const isEnough = (value: number): boolean => ('from' in row ? value >= row.from : value > row.above);
  return {
    type: 'seconds',
    description,
    default: usual,
    expected: `a number of seconds ${range}, at most ${mostSeconds}`,
    check: (json) => typeof json === 'number' && isEnough(json) && json <= mostSeconds,
    schema: { type: 'number', ...least, maximum: mostSeconds },
  };
}
