import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { btree_gist } from '@electric-sql/pglite/contrib/btree_gist';
import { citext } from '@electric-sql/pglite/contrib/citext';
import { pgcrypto } from '@electric-sql/pglite/contrib/pgcrypto';
import { dataDir } from '@electric-sql/pglite-prepopulatedfs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lint, type Sketch } from '../../core/dev/test/lint/support.ts';
import { breakingReason } from '../../core/dev/src/lint/rules/missing-breaking.ts';
import { schemaHistory, type SchemaHistory } from '../../core/kernel/src/ownership/schema-history.ts';

/**
 * Histories in the style of real products. Each file is a branch: `-- revision <slug>` begins a revision, `-- finds <rule>
 * <object>, …` lists the findings that a reader of the statement below expects, and `-- breaking <reason>` the reasons
 * why older code cannot live with the revision. They were written before lint had read the files.
 */
interface CorpusRevision {
  readonly id: string;
  readonly sql: string;
  readonly isBreaking: boolean;
  readonly finds: readonly string[];
  readonly reasons: readonly string[];
}

function revisionsIn(file: string): readonly CorpusRevision[] {
  const [, ...parts] = readFileSync(join(import.meta.dirname, file), 'utf8').split(/^-- revision /m);
  return parts.map((part) => {
    const [head = '', ...lines] = part.split('\n');
    const [slug = '', mark] = head.split(' ');
    const noted = (word: string): readonly string[] =>
      lines.flatMap((line) => (line.startsWith(`-- ${word} `) ? line.slice(word.length + 4).split(', ') : []));
    return {
      id: `core@${slug}`,
      sql: lines.filter((line) => !/^-- (?:finds|breaking) /.test(line)).join('\n'),
      isBreaking: mark === 'breaking',
      finds: noted('finds'),
      reasons: lines.flatMap((line) => (line.startsWith('-- breaking ') ? [line.slice('-- breaking '.length)] : [])),
    };
  });
}

const files = globSync('*.sql', { cwd: import.meta.dirname }).toSorted();

describe.each(files.map((file) => [basename(file, '.sql'), file] as const))('the history %s', (_, file) => {
  const revisions = revisionsIn(file);
  let database: PGlite;
  beforeAll(async () => {
    const extensions = { btree_gist, citext, pgcrypto };
    database = await PGlite.create({ loadDataDir: await dataDir(), extensions });
  });
  afterAll(() => database.close());

  const histories: SchemaHistory[] = [];
  beforeAll(async () => {
    let history = await schemaHistory([]);
    for (const { id, sql } of revisions) {
      histories.push(history);
      history = await history.with({ id, plugin: 'core', up: { kind: 'sql', text: sql } });
    }
  });

  it.each(revisions.map((revision, i) => [revision.id, revision, i] as const))(
    '%s runs, and is judged as a reader judges it',
    async (id, { sql, finds, reasons, isBreaking }, i) => {
      await database.exec(sql);
      await database.exec('discard temp; reset all');
      const sketches = revisions.slice(0, i + 1).map((one): Sketch => ({ id: one.id, up: one.sql, breaking: true }));
      const findings = await lint(sketches, [id]);
      expect(findings.map(({ rule, object }) => `${rule} ${object}`)).toEqual(finds);
      expect(await breakingReason(sql, histories[i])).toEqual(reasons.length === 0 ? null : reasons.join(', '));
      expect(isBreaking).toBe(reasons.length > 0);
    },
  );
});
