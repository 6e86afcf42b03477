// `npm run bench:create` measures `kernel migrate:create`, from start to proven file, for a plugin and a plugin zero
// with 200 small revisions in total. See README.md.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { commandOf, installKernel, repository } from './installed-kernel.ts';
import { median, seconds, type Command } from './measure.ts';

const help = `Usage: npm run bench:create -- [options]

  --revisions 200  revisions of both plugins together
  --rounds 7       rounds
  --sources        run the kernel of this workspace from its sources, not the packed one
`;

const { values: flags } = parseArgs({
  options: {
    revisions: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '7' },
    sources: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (flags.help) process.stdout.write(help);
else await main(Number(flags.revisions), Number(flags.rounds));

async function main(revisions: number, rounds: number): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'headwater-bench-'));
  try {
    const kernel = installKernel(directory);
    writeProject(directory, Math.ceil(revisions / 2));
    const temporary = join(directory, 'tmp');
    mkdirSync(temporary);
    const command: Command = {
      script: flags.sources ? join(repository, 'core/kernel/bin/kernel.js') : commandOf(kernel),
      args: ['migrate:create', 'likes', '--dry-run', '--json'],
      env: { PATH: process.env['PATH'] ?? '', TMPDIR: temporary, TEMP: temporary },
    };
    const took: number[] = [];
    // The first round fills the cache of compiled code.
    for (let round = 0; round <= rounds; round += 1) {
      const one = await seconds(command, directory);
      if (round > 0) took.push(one);
    }
    process.stdout.write(
      `kernel migrate:create over ${revisions} revisions: ${median(took).toFixed(2)} s ` +
        `(${Math.min(...took).toFixed(2)} to ${Math.max(...took).toFixed(2)}, ${rounds} rounds, Node ${process.version})\n`,
    );
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Writes plugin zero and a plugin. Each revision adds a table or a column, and one more column has no revision yet. */
function writeProject(directory: string, count: number): void {
  const write = (path: string, text: string): void => {
    const file = join(directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  write('package.json', '{ "private": true, "type": "module" }\n');
  write('config.json', JSON.stringify({ database: 'pglite://', core: 'bench-core', plugins: { likes: {} } }));
  writePlugin(write, 'core', count, 0);
  writePlugin(write, 'likes', count, 1);
  symlinkSync('../core', join(directory, 'node_modules/bench-core'), 'junction');
  symlinkSync('../likes', join(directory, 'node_modules/headwater-plugin-likes'), 'junction');
}

function writePlugin(write: (path: string, text: string) => void, name: string, count: number, more: number): void {
  const peers = { '@headwater/kernel': '^1.0.0', ...(name === 'core' ? {} : { 'bench-core': '^1.0.0' }) };
  const exports = { '.': { 'headwater-source': './src/index.ts', default: './dist/index.js' } };
  write(
    `${name}/package.json`,
    JSON.stringify({
      name: name === 'core' ? 'bench-core' : `headwater-plugin-${name}`,
      version: '1.0.0',
      type: 'module',
      headwater: { plugin: name },
      exports,
      peerDependencies: peers,
    }),
  );
  const columns = Array.from({ length: count - 1 + more }, (_, i) => `column${i + 1}: p.integer().nullable()`);
  const title = `${name.slice(0, 1).toUpperCase()}${name.slice(1)}Thing`;
  write(
    `${name}/src/index.ts`,
    `import { defineEntity, p } from '@mikro-orm/core';
import { definePlugin } from '@headwater/kernel/plugin';

const Schema = defineEntity({
  name: '${title}',
  tableName: '${name}_thing',
  properties: { id: p.integer().primary(), ${columns.join(', ')} },
});
export class ${title} extends Schema.class {}
Schema.setClass(${title});

export default definePlugin({ name: '${name}', entities: [${title}] });
`,
  );
  let before: string | null = null;
  for (let i = 0; i < count; i += 1) {
    const slug = `${String(i + 1).padStart(4, '0')}_${i === 0 ? 'create_thing' : `add_column${i}`}`;
    const [up, down] =
      i === 0
        ? [`create table "${name}_thing" ("id" serial primary key);`, `drop table "${name}_thing";`]
        : [
            `alter table "${name}_thing" add column "column${i}" int null;`,
            `alter table "${name}_thing" drop column "column${i}";`,
          ];
    write(
      `${name}/src/migrations/${slug}.ts`,
      `import { defineRevision, sql } from '@headwater/kernel/plugin';

export default defineRevision({
  id: '${name}@${slug}',
  revises: ${before === null ? 'null' : `'${before}'`},
  up: sql\`${up}\`,
  down: sql\`${down}\`,
});
`,
    );
    before = `${name}@${slug}`;
  }
}
