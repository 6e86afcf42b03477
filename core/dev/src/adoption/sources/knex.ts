import { collectCode, type RunDirection } from '../collect-code.ts';
import type { HistorySource } from '../history-source.ts';
import { importFunctions, migrationFiles, type ExportedFunction } from '../migration-files.ts';
import { recordingKnex } from './recording-knex.ts';

/** Knex: a file for each pair of functions that get a Knex. */
export const knex: HistorySource = {
  title: 'Knex',
  folder: 'migrations',
  journal: { table: 'knex_migrations', name: 'name', order: ['id'] },
  read: (folder) =>
    migrationFiles(folder).map(({ file, stem, base }) => ({
      name: base,
      file,
      // The table has the name of the file that ran, which may have been the compiled one.
      rowNames: [...new Set([base, `${stem}.ts`, `${stem}.js`, `${stem}.mjs`, `${stem}.cjs`])],
      words: stem,
      async collect(refuse) {
        const { up, down, exported } = await importFunctions(file);
        const config = exported['config'];
        const run =
          (direction: ExportedFunction): RunDirection =>
          async (recorder) => {
            await direction(recordingKnex(file, recorder));
          };
        const transactional = !(
          typeof config === 'object' &&
          config !== null &&
          'transaction' in config &&
          config.transaction === false
        );
        return collectCode({ up: run(up), down: down === null ? null : run(down), transactional }, refuse);
      },
    })),
};
