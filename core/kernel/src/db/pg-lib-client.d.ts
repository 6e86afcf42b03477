// Types of modules inside packages, whose own declarations describe only the main module.

/** The module that contains only the class `Client`. */
declare module 'pg/lib/client.js' {
  export { Client as default } from 'pg';
}

/** The parsers that the driver has before a program adds its own. */
declare module 'pg-types/lib/textParsers.js' {
  export function init(register: (oid: number, parse: (text: string) => unknown) => void): void;
}
