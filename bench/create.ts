// `npm run bench:create` compares `kernel migrate:create`, from start to proven file, for a plugin and a plugin zero with
// 200 small revisions in total, with a plain program that starts the same engine, loads MikroORM and runs the same SQL.
// See README.md.
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeAuthorProject } from './author-project.ts';
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
    const texts = writeAuthorProject(directory, Math.ceil(revisions / 2), 1);
    writeFileSync(join(directory, 'up.sql'), texts.map(({ up }) => up).join('\n'));
    copyFileSync(join(import.meta.dirname, 'create-floor.mjs'), join(directory, 'floor.mjs'));
    const temporary = join(directory, 'tmp');
    mkdirSync(temporary);
    const env = { PATH: process.env['PATH'] ?? '', TMPDIR: temporary, TEMP: temporary };
    const kernelScript = flags.sources ? join(repository, 'core/kernel/bin/kernel.js') : commandOf(kernel);
    const commands: readonly Command[] = [
      { script: kernelScript, args: ['migrate:create', 'likes', '--dry-run', '--json'], env },
      { script: join(directory, 'floor.mjs'), args: [join(directory, 'up.sql')], env },
    ];
    const took: readonly number[][] = [[], []];
    // The first round fills the cache of compiled code.
    for (let round = 0; round <= rounds; round += 1) {
      for (const [i, command] of commands.entries()) {
        const one = await seconds(command, directory);
        if (round > 0) took[i]?.push(one);
      }
    }
    const [create = NaN, floor = NaN] = took.map(median);
    process.stdout.write(
      `kernel migrate:create over ${revisions} revisions: ${create.toFixed(2)} s, the plain program: ${floor.toFixed(2)} s, ` +
        `ratio ${(create / floor).toFixed(2)} (medians of ${rounds} rounds, Node ${process.version})\n`,
    );
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
