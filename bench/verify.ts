// `npm run bench:verify` compares `kernel migrate:verify` of 350 revisions on a server with a plain program that runs their
// SQL up, down and up again through the same driver. See README.md.
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeAuthorProject } from './author-project.ts';
import { commandOf, installKernel } from './installed-kernel.ts';
import { median, seconds, type Command } from './measure.ts';
import { openServer } from './server.ts';

const help = `Usage: npm run bench:verify -- [options]

  --revisions 350  revisions of both plugins together
  --rounds 5       rounds
  --server URL     URL of a superuser of PostgreSQL 15 or newer; default: a server from an npm package
`;

const { values: flags } = parseArgs({
  options: {
    revisions: { type: 'string', default: '350' },
    rounds: { type: 'string', default: '5' },
    server: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (flags.help) process.stdout.write(help);
else await main(Number(flags.revisions), Number(flags.rounds));

async function main(revisions: number, rounds: number): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'headwater-bench-'));
  try {
    const kernel = installKernel(directory);
    const texts = writeAuthorProject(directory, Math.ceil(revisions / 2), 0);
    writeFileSync(join(directory, 'texts.json'), JSON.stringify(texts));
    copyFileSync(join(import.meta.dirname, 'verify-floor.mjs'), join(directory, 'floor.mjs'));
    await using server = await openServer(directory, flags.server);
    mkdirSync(join(directory, 'tmp'));
    const env = {
      PATH: process.env['PATH'] ?? '',
      TMPDIR: join(directory, 'tmp'),
      DATABASE_URL: server.urlOf('bench'),
    };
    const verify = ['migrate:verify', 'core', 'likes', '--shadow', server.urlOf('postgres')];
    const commands: readonly Command[] = [
      { script: commandOf(kernel), args: verify, env },
      { script: join(directory, 'floor.mjs'), args: [join(directory, 'texts.json')], env },
    ];
    const took: readonly number[][] = [[], []];
    // The first round fills the cache of compiled code.
    for (let round = 0; round <= rounds; round += 1) {
      for (const [i, command] of commands.entries()) {
        await server.create('bench');
        const one = await seconds(command, directory);
        if (round > 0) took[i]?.push(one);
      }
    }
    const [verified = NaN, floor = NaN] = took.map(median);
    process.stdout.write(
      `kernel migrate:verify of ${texts.length} revisions: ${verified.toFixed(2)} s, the plain program: ${floor.toFixed(2)} s, ` +
        `ratio ${(verified / floor).toFixed(2)} (medians of ${rounds} rounds, Node ${process.version})\n`,
    );
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
