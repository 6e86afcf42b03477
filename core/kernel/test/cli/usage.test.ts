import { beforeAll, describe, expect, it } from 'vitest';
import { emptyDatabase } from '../../../../test/helper/database.ts';
import { makeProject, type Project } from '../../../../test/helper/project.ts';
import { community, complaintIn, ok, openTrap, refusalIn } from './support.ts';

/** Invalid command lines with the expected message and the command whose usage is shown. */
const misuse: readonly (readonly [line: string, says: RegExp, usageOf: string | null])[] = [
  ['migrat:up', /"?migrat:up"?.*did you mean migrate:up/is, null],
  ['migrate up', /did you mean migrate:up/i, null],
  ['stauts', /did you mean migrate:status/i, null],
  ['toString', /toString/, null],
  ['__proto__', /__proto__/, null],
  ['help migrate:upp', /did you mean migrate:up/i, null],
  ['--jsn', /--jsn.*did you mean --json/s, null],
  ['--config x.json', /needs a command/, null],
  ['migrate:up --dry-run', /--dry-run/, 'migrate:up'],
  ['migrate:up --confg x.json', /--confg.*did you mean --config/is, 'migrate:up'],
  ['migrate:down core@base --cascad', /--cascad.*did you mean --cascade/is, 'migrate:down'],
  ['migrate:heads --cascade', /--cascade/, 'migrate:heads'],
  ['migrate:heads --config', /--config needs a <file>/, 'migrate:heads'],
  ['migrate:up --json=yes', /--json takes no value/, 'migrate:up'],
  ['migrate:plan --down', /--down needs a <target>/, 'migrate:plan'],
  ['migrate:plan likes --down core', /give one of them/, 'migrate:plan'],
  ['migrate:plan --cascade', /--cascade only works with --down/, 'migrate:plan'],
  ['migrate:down', /target/, 'migrate:down'],
  ['plugin:enable', /name/, 'plugin:enable'],
  ['completion', /shell/, 'completion'],
  ['migrate:heads likes', /argument/, 'migrate:heads'],
  ['plugin:enable likes comments', /argument/, 'plugin:enable'],
  ['completion bsh', /did you mean bash/i, 'completion'],
];

describe('an invalid command line', () => {
  it.each(misuse)('is rejected before anything connects: kernel %s', async (line, says, usageOf) => {
    const trap = await openTrap();
    const project = await makeProject({ database: trap.url });
    const words = line.split(' ');
    const [told, asData] = await Promise.all([project.kernel(...words), project.kernel('--json', ...words)]);
    const text = complaintIn(told, 2);
    expect(text).toMatch(says);
    expect(text).toContain('Nothing was written.');
    const refusal = refusalIn(asData);
    expect(refusal).toMatchObject({ code: 'USAGE', exitCode: 2, written: 'Nothing was written.' });
    expect(refusal.message).toMatch(says);
    expect(trap.calls()).toBe(0);
    // The error shows only that command's usage, never the full help.
    expect(text).toMatch(new RegExp(`^fix: ${usageOf === null ? 'npx kernel --help' : `kernel ${usageOf}`}( |$)`, 'm'));
    const named = new Set(Array.from(text.matchAll(/\bkernel ([a-z]+(?::[a-z]+)?) [-<[]/g), ([, name]) => name));
    expect([...named].filter((name) => name !== usageOf)).toEqual([]);
    expect(text.split('\n').length).toBeLessThan(10);
  });

  it('may end with --json', async () => {
    const project = await makeProject();
    expect(refusalIn(await project.kernel('migrate:down', '--json')).code).toBe('USAGE');
  });

  it('that is empty prints the full help on standard error, with exit code 2', async () => {
    const project = await makeProject();
    const { code, stdout, stderr } = await project.kernel();
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe(ok(await project.kernel('--help')).stdout);
  });
});

/** Targets that do not exist, with the expected messages. */
const targets: readonly (readonly [line: string, code: string, says: RegExp])[] = [
  ['migrate:up lkes', 'TARGET_UNKNOWN', /"lkes".*did you mean "likes"/s],
  ['migrate:up likes@0003', 'TARGET_UNKNOWN', /likes@0003/],
  ['migrate:up likes@+9', 'TARGET_UNKNOWN', /likes@\+9/],
  ['migrate:up likes@+0', 'TARGET_UNKNOWN', /zero/],
  ['migrate:up Likes', 'TARGET_UNKNOWN', /did you mean "likes"/],
  ['migrate:up likes@000', 'TARGET_AMBIGUOUS', /likes@0001_create_like and likes@0002_count_on_object/],
  ['migrate:up likes@base', 'TARGET_ILLEGAL', /only a downgrade leads to a base/],
  ['migrate:up likes@-1', 'TARGET_ILLEGAL', /counts down/],
  ['migrate:down likes@+1', 'TARGET_ILLEGAL', /counts up/],
  ['migrate:down heads', 'TARGET_ILLEGAL', /heads/],
  ['migrate:plan likes@000', 'TARGET_AMBIGUOUS', /likes@0001_create_like/],
  ['migrate:plan --down heads', 'TARGET_ILLEGAL', /heads/],
  ['migrate:show lkes@0001', 'TARGET_UNKNOWN', /did you mean "likes@0001/],
  ['migrate:show likes@000', 'TARGET_AMBIGUOUS', /likes@0002_count_on_object/],
  ['migrate:show likes@000 --offline', 'TARGET_AMBIGUOUS', /likes@0002_count_on_object/],
  ['migrate:history lkes', 'PLUGIN_UNKNOWN', /did you mean "likes"/],
  ['migrate:history lkes --offline', 'PLUGIN_UNKNOWN', /did you mean "likes"/],
];

describe('a target that does not exist', () => {
  let project: Project;

  beforeAll(async () => {
    project = await makeProject({ plugins: community, database: await emptyDatabase('postgres') });
  });

  it.each(targets)('is rejected with a suggestion: kernel %s', async (line, code, says) => {
    const refusal = refusalIn(await project.kernel(...line.split(' '), '--json'));
    expect(refusal).toMatchObject({ code, exitCode: 2, written: 'Nothing was written.' });
    expect(refusal.message).toMatch(says);
  });

  it('does not change the database', async () => {
    expect(ok(await project.kernel('migrate:current')).stdout).toContain('Nothing is applied.');
  });
});
