// Types of the module that only has the class `Client`. `@types/pg` describes the package's main module alone.
declare module 'pg/lib/client.js' {
  export { Client as default } from 'pg';
}
