import { kernelError } from '../../error/kernel-codes.ts';
import type { KernelError } from '../../error/kernel-error.ts';
import { readScript, type PlanScript } from '../../open/sql.ts';
import type { Command, Input } from '../command.ts';
import { counted } from '../format-text.ts';
import { withProject } from '../open-project.ts';
import { usageOf } from '../signature.ts';

/** `kernel migrate:sql [from:to]`. */
export const migrateSql: Command = {
  about:
    'Prints a plan as one SQL script for someone who runs it elsewhere, with psql or any other client. It leaves the ' +
    'same ledger and the same tables as migrate:up: it creates the ledger, runs each revision in a transaction with its ' +
    'row, skips what is already applied, and stops at a failure. It does not connect, unless --current is given. A plan ' +
    'with code revisions is refused. Revisions with opaque SQL run unobserved, and a comment names them.',
  arguments: [
    {
      name: 'range',
      about: 'from:to, each a target or several with commas; default: from nothing to heads',
      complete: 'branch',
    },
  ],
  options: [
    { flag: 'current', about: 'connect, and begin at the applied revisions of the database' },
    { flag: 'down', value: 'target', about: 'print a downgrade to this target, from heads or from <from>:' },
    { flag: 'cascade', about: 'with --down: also revert what depends on it' },
  ],
  examples: [
    { line: 'kernel migrate:sql > plan.sql', about: 'everything; run it: psql -v ON_ERROR_STOP=1 -f plan.sql' },
    { line: 'kernel migrate:sql --current', about: 'what is pending, for a review by an administrator' },
    { line: 'kernel migrate:sql core@0002,likes@0001:heads', about: 'from a known state, without a connection' },
    { line: 'kernel migrate:sql --down likes@base likes@0002:', about: 'a script that reverts likes' },
  ],
  exits: [
    { code: 14, about: 'a revision is code, or has no `down`' },
    { code: 20, about: 'the database cannot be reached, and --current was given' },
  ],
  async run(input, context) {
    const options = optionsOf(input);
    const script = await withProject(context, (project) => readScript(project, options));
    return { json: script, text: () => explain(script) };
  },
};

function optionsOf({ operands: [range = ''], switches, values }: Input): Parameters<typeof readScript>[1] {
  const wrong = (what: string): KernelError =>
    kernelError('USAGE', { what, usage: usageOf('migrate:sql', migrateSql), command: 'migrate:sql' });
  const [down, current, cascade] = [values.get('down'), switches.has('current'), switches.has('cascade')];
  const parts = range.split(':').map((part) => part.split(',').filter((target) => target !== ''));
  const [first = [], second, ...others] = parts;
  if (others.length > 0) throw wrong(`kernel migrate:sql: "${range}" is not a range; write from:to.`);
  // A single target is where the plan leads to.
  const [from, to] = second === undefined ? [[], first] : [first, second];
  if (current && from.length > 0) {
    throw wrong('kernel migrate:sql: with --current the ledger tells where the plan begins; write only :to.');
  }
  if (down !== undefined && to.length > 0) {
    throw wrong(`kernel migrate:sql: with --down the plan leads to ${down}; write only from: before it.`);
  }
  if (cascade && down === undefined) throw wrong('kernel migrate:sql: --cascade only works with --down <target>.');
  return {
    current,
    cascade,
    ...(from.length > 0 && { from }),
    ...(to.length > 0 && { to }),
    ...(down !== undefined && { down }),
  };
}

function explain({ revisions, direction, opaque, sql }: PlanScript): string {
  if (revisions.length === 0) return '-- Nothing to do.';
  return [
    `-- ${direction === 'up' ? 'Upgrade' : 'Downgrade'}, ${counted(revisions.length, 'revision')}.`,
    '-- Run it: psql -v ON_ERROR_STOP=1 -f <this file>',
    ...opaque.map((id) => `-- warning: ${id} has effects that only the server sees. Nobody checks them in a script.`),
    '',
    sql,
  ].join('\n');
}
