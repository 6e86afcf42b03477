// Types of the module that contains only the class `Client`. `@types/pg` describes only the package's main module.
declare module 'pg/lib/client.js' {
  export { Client as default } from 'pg';
}
