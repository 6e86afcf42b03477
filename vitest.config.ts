import { availableParallelism } from 'node:os';
import { defaultServerConditions } from 'vite';
import { configDefaults, defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const here = import.meta.dirname;
// The same working directory if Nx starts the run in a package.
process.chdir(here);

// Node does not know `module`, a condition of bundlers whose files it cannot always load.
const conditions = ['headwater-source', ...defaultServerConditions.filter((name) => name !== 'module')];

/** Schedules tests that start processes before all others. If they ran last, most workers would be idle. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const starts = ({ moduleId }: TestSpecification): boolean => /\/test\/(?:e2e|faults|cli)\//.test(moduleId);
    // This is not the method of arrays. It returns a new list.
    // oxlint-disable-next-line unicorn/no-array-sort
    const sorted = await super.sort(files);
    return [...sorted.filter(starts), ...sorted.filter((file) => !starts(file))];
  }
}

/**
 * Slow tests, which only `npm run test:full` runs. They kill processes and cut connections at every moment, test end to
 * end with many processes or whole installations, or try all combinations.
 */
export const longTests = [
  'test/faults/history.test.ts',
  'test/faults/plugins.test.ts',
  'core/kernel/test/cli/dev-command.test.ts',
  'core/kernel/test/cli/loaded-by-installed-kernel.test.ts',
  'core/kernel/test/cli/loaded-packages.test.ts',
  'core/kernel/test/cli/plugins.test.ts',
  'core/kernel/test/cli/stamp.test.ts',
  'test/corpus/proof-on-pglite.test.ts',
  'test/faults/kill-server.test.ts',
  'test/faults/kill-embedded.test.ts',
  'test/faults/many-boots.test.ts',
  'test/faults/foreign-lock.test.ts',
  'test/faults/full-disk.test.ts',
  'test/faults/faulty-boots.test.ts',
  'test/faults/server-faults.test.ts',
  'test/faults/standby.test.ts',
  'test/faults/idle-boots.test.ts',
  'test/faults/adopt-faults.test.ts',
  'test/faults/model.test.ts',
  'test/faults/sabotage.test.ts',
  'core/kernel/test/cli/branches.test.ts',
  'core/kernel/test/cli/migrate-sql.test.ts',
  'core/kernel/test/cli/doctor.test.ts',
  'core/kernel/test/cli/json-lines.test.ts',
  'core/kernel/test/cli/ledger-changes.test.ts',
  'core/kernel/test/cli/plugin-add.test.ts',
  'core/kernel/test/cli/undo-and-uninstall.test.ts',
  'core/kernel/test/cli/migrate-why.test.ts',
  'core/create-headwater/test/own-tests.test.ts',
  'core/kernel/test/cli/secrets.test.ts',
  'core/kernel/test/db/restricted-role.test.ts',
  'core/kernel/test/open/host-process.test.ts',
  'core/kernel/test/run/isolation.test.ts',
  'core/kernel/test/run/own-limits.test.ts',
  'core/kernel/test/run/special-steps.test.ts',
  'core/dev/test/authoring/found-edges.test.ts',
  'core/dev/test/commands/declared-objects.test.ts',
  'core/dev/test/shadow/server-wide-change.test.ts',
  'core/dev/test/testing/isolation.test.ts',
  'core/dev/test/verify/additive-group.test.ts',
  'test/e2e/published.test.ts',
  'core/kernel/test/db/pglite-extensions.test.ts',
  'core/kernel/test/migrate/squash.test.ts',
  'core/kernel/test/open/accept.test.ts',
  'core/kernel/test/open/diagnosis.test.ts',
  'core/kernel/test/open/drift.test.ts',
  'core/kernel/test/open/hand-over.test.ts',
  'core/kernel/test/open/rename.test.ts',
  'core/kernel/test/open/schemas.test.ts',
  'core/kernel/test/open/sql.test.ts',
  'core/kernel/test/open/stamp.test.ts',
  'core/kernel/test/open/undo.test.ts',
  'core/kernel/test/open/upgrade-modes.test.ts',
  'core/kernel/test/run/foreign-effects.test.ts',
  'core/kernel/test/run/lost-connection.test.ts',
  'core/kernel/test/run/settings.test.ts',
  'core/kernel/test/run/up-and-down.test.ts',
  'core/kernel/test/runtime/host-process.test.ts',
  'core/kernel/test/runtime/module-lookup-in-commands.test.ts',
  'core/kernel/test/runtime/tricks.test.ts',
  'core/kernel/test/runtime/webassembly.test.ts',
  'core/dev/test/commands/adopt-database.test.ts',
  'core/dev/test/authoring/declared-objects.test.ts',
  'core/dev/test/authoring/domain-types.test.ts',
  'core/dev/test/authoring/kept-properties.test.ts',
  'core/dev/test/authoring/ordinary-changes.test.ts',
  'core/dev/test/authoring/needed-edges.test.ts',
  'core/dev/test/commands/dev.test.ts',
  'core/dev/test/commands/migrate-adopt.test.ts',
  'core/dev/test/commands/drift-repair.test.ts',
  'core/dev/test/commands/migrate-squash.test.ts',
  'core/dev/test/commands/migrate-rehearse.test.ts',
  'core/dev/test/commands/own-schemas.test.ts',
  'core/dev/test/commands/plugin-hand-over.test.ts',
  'core/dev/test/commands/plugin-build-refusals.test.ts',
  'core/dev/test/commands/shadow-reuse.test.ts',
  'core/dev/test/commands/transaction-conflict.test.ts',
  'core/dev/test/rehearsal/rehearse.test.ts',
  'core/dev/test/publish/verify-plugin.test.ts',
  'core/dev/test/difference/hand-written.test.ts',
  'core/dev/test/difference/random-schemas-15.test.ts',
  'core/dev/test/shadow/empty.test.ts',
  'core/dev/test/testing/runner.test.ts',
  'test/first-party/attacks.test.ts',
  'test/first-party/rolling-upgrade.test.ts',
  'test/first-party/subsets.test.ts',
  'test/corpus/proof-on-server.test.ts',
  'test/integration/decorated-entities.test.ts',
  'test/integration/embedded-extensions.test.ts',
  'test/integration/scenarios.test.ts',
  'test/integration/studio.test.ts',
  'test/e2e/adopt-guide.test.ts',
  'test/e2e/adopt-other-tools.test.ts',
  'test/browser/**/*.test.ts',
  'test/e2e/comparison.test.ts',
  'test/e2e/create.test.ts',
  'test/e2e/enable-and-disable.test.ts',
  'test/e2e/first-release.test.ts',
  'test/e2e/guide.test.ts',
  'test/e2e/pages.test.ts',
  'test/e2e/plugin-zero.test.ts',
  'test/e2e/old-database.test.ts',
  'test/e2e/packed-content.test.ts',
  'test/e2e/partial-installation.test.ts',
  'test/e2e/other-commands/*.test.ts',
  'test/e2e/output/*.test.ts',
  'test/e2e/run/**/*.test.ts',
];

/** Tests that run elsewhere: those of the templates, and of their copy in a build, belong to node:test. */
export const notOurs = [...configDefaults.exclude, 'core/create-headwater/templates/**', '**/dist/**'];

export default defineConfig({
  // Tests run on the sources of the workspace, never on a build.
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    root: here,
    // One project for all packages, since a Vitest worker serves only one. `--dir core/kernel/test` selects a package.
    include: ['**/*.test.ts'],
    // `npm run test:full` runs these, and the tests that need a registry.
    exclude: [...notOurs, 'test/full/**', ...longTests],
    provide: { installation: 'bundled' },
    // One PostgreSQL server for the whole run.
    globalSetup: [`${here}/test/helper/global-setup.ts`],
    sequence: { sequencer: LongestFirst },
    pool: 'forks',
    // Starting a worker would take longer than most files.
    isolate: false,
    // A worker may hold an embedded database, which takes 200 MB.
    maxWorkers: Math.min(4, availableParallelism()),
    // Long enough to start a database on a busy machine, which takes seconds.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    teardownTimeout: 20_000,
  },
});
