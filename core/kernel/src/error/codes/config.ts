import { defineError } from '../define-error.ts';
import { joinNames } from '../join-names.ts';
import { exitCode } from '../exit-code.ts';
import { quoteInput } from '../quote-input.ts';

const otherFile = 'or name another file: npx kernel … --config path/to/config.json';
const at = (pointer: string): string => (pointer === '' ? 'the whole file' : pointer);

/** Errors of config.json, its overlays and the environment variables that it names. */
export const configCodes = {
  CONFIG_NOT_FOUND: defineError({
    exit: exitCode.config,
    message: (d: { given: string | null; tried: readonly string[]; cwd: string }) =>
      d.given === null
        ? `There is no config file: looked for ${joinNames(d.tried)} from the working directory ${d.cwd}.`
        : `The config file ${d.tried.join('')} does not exist (--config ${d.given}, from the working directory ${d.cwd}).`,
    hint: (d) =>
      d.given === null
        ? `Create config/config.json with { "database": "pglite://../.data/db", "plugins": {} }, ${otherFile}`
        : 'Name an existing file, relative to the working directory, or omit --config to search for config/config.json and config.json.',
  }),
  CONFIG_UNREADABLE: defineError({
    exit: exitCode.config,
    message: (d: { file: string; cwd: string; reason: string }) =>
      `The config file ${d.file} cannot be read: ${d.reason} (working directory ${d.cwd}).`,
    hint: () => `Make it a file that this user may read, ${otherFile}`,
  }),
  CONFIG_UNWRITABLE: defineError({
    exit: exitCode.config,
    message: (d: { file: string; reason: string }) => `The config file ${d.file} cannot be written: ${d.reason}.`,
    hint: () => 'Give this user write permission on its folder, or edit the file by hand.',
  }),
  CONFIG_TOO_LARGE: defineError({
    exit: exitCode.config,
    message: (d: { file: string; bytes: number; limit: number }) =>
      `The config file ${d.file} has ${d.bytes} bytes; the limit is ${d.limit}.`,
    hint: () => 'Move data out of the config file; a plugin can read it from another file.',
  }),
  CONFIG_SYNTAX: defineError({
    exit: exitCode.config,
    message: (d: { file: string; line: number; column: number; problem: string }) =>
      `${d.file}:${d.line}:${d.column}: ${d.problem}.`,
    hint: () => 'A config file is strict JSON in UTF-8: double quotes, no comments, no comma after the last entry.',
  }),
  CONFIG_KEY_DUPLICATE: defineError({
    exit: exitCode.config,
    message: (d: { file: string; line: number; column: number; pointer: string; key: string }) =>
      `${d.file}:${d.line}:${d.column}: the key ${quoteInput(d.key)} occurs twice in one object (${d.pointer}).`,
    hint: () => 'Keep one of the two; JSON parsers silently use the last one.',
  }),
  CONFIG_KEY_RESERVED: defineError({
    exit: exitCode.config,
    message: (d: { file: string; pointer: string; key: string }) =>
      `${d.file}: the key ${quoteInput(d.key)} at ${d.pointer} is reserved by JavaScript.`,
    hint: () => 'Choose another name: a config file may not contain the keys __proto__, constructor and prototype.',
  }),
  CONFIG_KEY_UNKNOWN: defineError({
    exit: exitCode.config,
    message: (d: { file: string; pointer: string; key: string; nearest: string | null; known: readonly string[] }) =>
      `${d.file}: unknown key ${quoteInput(d.key)} at ${d.pointer}; ` +
      `expected ${d.known.length === 0 ? 'no keys here' : `one of ${joinNames(d.known)}`}` +
      (d.nearest === null ? '.' : `; did you mean ${quoteInput(d.nearest)}?`),
    hint: (d) => (d.nearest === null ? 'Remove it.' : `Write ${quoteInput(d.nearest)}, or remove it.`),
  }),
  CONFIG_VALUE_INVALID: defineError({
    exit: exitCode.config,
    message: (d: { file: string; pointer: string; expected: string; found: string }) =>
      `${d.file}: ${at(d.pointer)} is invalid: expected ${d.expected}, found ${d.found}.`,
    hint: (d) =>
      d.file.endsWith('open()')
        ? `Correct ${at(d.pointer)} in the \`config\` of open().`
        : `Correct ${at(d.pointer)} in ${d.file}, then: npx kernel config:check`,
  }),
  CONFIG_VARIABLE_UNSET: defineError({
    exit: exitCode.environment,
    message: (d: { file: string; pointer: string; variable: string }) =>
      `The environment variable ${d.variable}, used at ${d.pointer} in ${d.file}, is not set.`,
    hint: (d) => `Set it: export ${d.variable}=… ; or give a default: \${${d.variable}:-value}`,
  }),
  CONFIG_VARIABLE_SYNTAX: defineError({
    exit: exitCode.environment,
    message: (d: { file: string; pointer: string; variable: string | null; problem: string }) =>
      `${d.file}: ${d.variable === null ? 'a variable' : `the variable ${d.variable}`} at ${d.pointer} ${d.problem}.`,
    hint: () => 'Write ${NAME} or ${NAME:-default}; for a literal ${ write $${',
  }),
  ENVIRONMENT_NAME_INVALID: defineError({
    exit: exitCode.environment,
    message: (d: { name: string }) =>
      `NODE_ENV is ${quoteInput(d.name)}, which cannot be part of the name of an overlay like config.production.json.`,
    hint: () => 'Set NODE_ENV to letters, digits, "-" and "_", for example: export NODE_ENV=production',
  }),
  DATABASE_URL_INVALID: defineError({
    exit: exitCode.config,
    message: (d: { file: string; pointer: string; shown: string; problem: string }) =>
      `${d.file}: the database URL at ${d.pointer} is invalid: ${d.problem} (read as ${d.shown}).`,
    hint: () =>
      'Write "postgres://user:password@host:5432/name", with special characters of the password percent-encoded (@ is ' +
      '%40, / is %2F, # is %23); or "pglite://../.data/name", relative to the config file; or "pglite://" in memory.',
  }),
};
