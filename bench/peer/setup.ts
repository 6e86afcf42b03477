// Makes Headwater one of the peers: packs the kernel and dev, installs them into the harness's work folder, and copies
// the programs of its driver there. Usage, after the harness's own set-up: node bench/peer/setup.ts WORK
import { cpSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { npm, repository } from '../installed-kernel.ts';

const [work] = process.argv.slice(2);
if (work === undefined || !existsSync(join(work, 'node_modules', 'pg'))) {
  throw new Error("usage: node bench/peer/setup.ts WORK (the folder that the harness's own set-up created)");
}
for (const name of ['kernel', 'dev']) {
  npm(['run', 'build', '--workspace', `core/${name}`]);
  npm(['pack', '--workspace', `core/${name}`, '--pack-destination', work]);
}
const tarballs = readdirSync(work).filter((name) => /^headwater-(?:kernel|dev)-.*\.tgz$/.test(name));
if (tarballs.length !== 2) throw new Error(`npm pack left ${tarballs.join(', ') || 'nothing'} in ${work}`);
// Not saved, because the harness's package.json pins its own peers only.
npm(['install', '--no-save', '--no-audit', '--no-fund', ...tarballs.map((name) => join(resolve(work), name))], work);
for (const name of tarballs) rmSync(join(work, name));

const place = join(work, 'headwater');
for (const file of [
  'workload.ts',
  'shared-workload.ts',
  'write-plugins.ts',
  'installed-kernel.ts',
  'peer/prepare.ts',
]) {
  cpSync(join(repository, 'bench', file), join(place, file));
}
writeFileSync(join(place, 'package.json'), '{ "type": "module" }\n');
// Without this, plugins that an older kernel built would be measured with this kernel.
const prepared = join(work, 'work');
for (const workload of existsSync(prepared) ? readdirSync(prepared) : []) {
  rmSync(join(prepared, workload, 'headwater'), { recursive: true, force: true });
}
