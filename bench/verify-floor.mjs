// The minimum that a Node program must do to try revisions: it runs each of them up, then all of them down, then all of
// them up again, one statement at a time. Not TypeScript, because stripping types takes time.
//
//     node verify-floor.mjs FILE        (DATABASE_URL; the file has a JSON list of texts `{ up, down }`)
import { readFileSync } from 'node:fs';
import pg from 'pg';

const [file = ''] = process.argv.slice(2);
const texts = /** @type {readonly { up: string, down: string }[]} */ (JSON.parse(readFileSync(file, 'utf8')));
const client = new pg.Client({ connectionString: process.env['DATABASE_URL'] });
await client.connect();
for (const { up } of texts) await client.query(up);
for (const { down } of texts.toReversed()) await client.query(down);
for (const { up } of texts) await client.query(up);
await client.end();
