// The minimum that a Node program can do: the same SQL through the same driver in one batch and one transaction, with a
// journal of its revisions; with nothing pending, one query on that journal. Not TypeScript, because stripping types
// takes time.
//
//     node floor.mjs fresh FILE | noop        (DATABASE_URL)
import { readFileSync } from 'node:fs';
import pg from 'pg';

const [verb, file = ''] = process.argv.slice(2);
const client = new pg.Client({ connectionString: process.env['DATABASE_URL'] });
await client.connect();
if (verb === 'fresh') {
  await client.query(`begin;\n${readFileSync(file, 'utf8')}commit;`);
} else {
  const { rows } = await client.query('select unit, id from journal order by seq');
  console.log(`journal: ${rows.length}`);
}
await client.end();
