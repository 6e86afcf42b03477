// The module with the class alone. `@types/pg` describes it as what the package's main file exports.
declare module 'pg/lib/client.js' {
  export { Client as default } from 'pg';
}
