// The minimum that a Node program must do to compare a schema with entities: it loads MikroORM, starts the same engine from
// its prepared files, and runs the SQL of all revisions. Not TypeScript, because stripping types takes time.
//
//     node create-floor.mjs FILE
import { readFileSync } from 'node:fs';

const [file = ''] = process.argv.slice(2);
await import('@mikro-orm/postgresql');
const { PGlite } = await import('@electric-sql/pglite');
const { dataDir } = await import('@electric-sql/pglite-prepopulatedfs');
const engine = await PGlite.create({ loadDataDir: await dataDir() });
await engine.exec(readFileSync(file, 'utf8'));
await engine.close();
