import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A deliberate bug in the packed kernel, which the tests of faults must find. */
export interface Sabotage {
  readonly name: string;
  /** The text to replace, which is in exactly one file of the package. */
  readonly from: string | RegExp;
  readonly to: string;
  /** The test file that finds it. */
  readonly foundBy: 'foreign-lock' | 'many-boots' | 'model' | 'wire';
}

/** The largest number of runs, each with another seed. Tests choose their trials at random, so one run may miss a bug. */
export const mostRuns = 5;

const tryLock = /if not (pg_catalog\.pg_)try_(advisory_xact_lock\(\$\{key\}\)) then[\s\S]*?end if;/;

/** All sabotages. None of them changes a test. */
export const sabotages: readonly Sabotage[] = [
  { name: 'no lock', from: tryLock, to: '', foundBy: 'many-boots' },
  { name: 'a lock that waits', from: tryLock, to: 'perform $1$2;', foundBy: 'foreign-lock' },
  { name: 'no uniqueness', from: 'primary key (plugin, slug)', to: 'check (true)', foundBy: 'many-boots' },
  {
    name: 'a ledger row in a second transaction',
    from: 'await runScript(`${recordBlock(',
    to: `await session.script("commit");
	for (let i = 0; i < 10; i += 1) await session.query("select pg_backend_pid()");
	await session.script("begin");
	await runScript(\`\${recordBlock(`,
    foundBy: 'wire',
  },
  {
    name: 'no check of hashes',
    from: 'throw kernelError("REVISION_EDITED"',
    to: 'if (false) throw kernelError("REVISION_EDITED"',
    foundBy: 'model',
  },
  {
    name: 'absence drops',
    from: 'plan: ({ graph, history }, ids) => upgradePlan(graph, history.applied, ids)',
    to: `plan: ({ graph, history }, ids) => ({ steps: [
      ...history.dormant.toReversed().map(({ id, plugin }) => ({ id, plugin, direction: "down" })),
      ...upgradePlan(graph, history.applied, ids).steps,
    ] })`,
    foundBy: 'model',
  },
  { name: 'a session that is not restored', from: /reset role;\s+reset all;/, to: '', foundBy: 'model' },
  {
    name: 'no check of ownership',
    from: 'if (given.every(({ proven }) => proven)) return given;',
    to: 'return given.map((step) => ({ ...step, proven: true }));',
    foundBy: 'model',
  },
  {
    name: 'a connection that returns to its pool as it is',
    from: 'isUnchanged ? giveBack(connection) : destroy(connection)',
    to: `(async ({ client, unwatch }) => {
      await client.query("set search_path = kernel");
      unwatch();
      client.release();
    })(connection)`,
    foundBy: 'model',
  },
];

/** Puts a sabotage into the installed kernel in `folder`. Throws if its text is not in exactly one file. */
export function applySabotage(folder: string, name: string): void {
  const sabotage = sabotages.find((one) => one.name === name);
  if (sabotage === undefined) throw new Error(`there is no sabotage "${name}"`);
  const { from, to } = sabotage;
  const files = globSync(join(folder, 'dist/**/*.js')).filter((file) => {
    const text = readFileSync(file, 'utf8');
    return typeof from === 'string' ? text.includes(from) : from.test(text);
  });
  const [file] = files;
  if (file === undefined || files.length > 1) {
    throw new Error(`the sabotage "${name}" fits ${files.length} files; adapt it to the build`);
  }
  writeFileSync(file, readFileSync(file, 'utf8').replace(from, to));
}
