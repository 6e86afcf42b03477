import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The SQL of a revision. */
export interface RevisionText {
  readonly up: string;
  readonly down: string;
}

/**
 * Writes plugin zero and a plugin with `count` revisions each. Each revision adds a table or a column. The entity of the
 * plugin has `more` columns without a revision. Returns the texts in the order of the plan.
 */
export function writeAuthorProject(directory: string, count: number, more: number): readonly RevisionText[] {
  const write = (path: string, text: string): void => {
    const file = join(directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  write('package.json', '{ "private": true, "type": "module" }\n');
  write('config.json', JSON.stringify({ database: 'pglite://', core: 'bench-core', plugins: { likes: {} } }));
  const core = writePlugin(write, 'core', count, 0);
  const likes = writePlugin(write, 'likes', count, more);
  symlinkSync('../core', join(directory, 'node_modules/bench-core'), 'junction');
  symlinkSync('../likes', join(directory, 'node_modules/headwater-plugin-likes'), 'junction');
  return [...core, ...likes];
}

function writePlugin(
  write: (path: string, text: string) => void,
  name: string,
  count: number,
  more: number,
): readonly RevisionText[] {
  const texts: RevisionText[] = [];
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
    const [up, down]: readonly [string, string] =
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
    texts.push({ up, down });
    before = `${name}@${slug}`;
  }
  return texts;
}
