// Makes Headwater one of the peers: packs @headwater/kernel, installs it into the harness's work folder beside them, and
// puts there what its driver runs. Usage, after the harness's own set-up: node bench/peer/setup.ts WORK
import { cpSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { npm, repository } from '../installed-kernel.ts';

const [work] = process.argv.slice(2);
if (work === undefined || !existsSync(join(work, 'node_modules', 'pg'))) {
  throw new Error("usage: node bench/peer/setup.ts WORK, the folder that the harness's own set-up made");
}
npm(['run', 'build', '--workspace', 'core']);
npm(['pack', '--workspace', 'core', '--pack-destination', work]);
const tarball = readdirSync(work).find((name) => /^headwater-core-.*\.tgz$/.test(name));
if (tarball === undefined) throw new Error(`npm pack left nothing in ${work}`);
// Not saved: the harness's package.json pins its own peers, and no others.
npm(['install', '--no-save', '--no-audit', '--no-fund', join(resolve(work), tarball)], work);
rmSync(join(work, tarball));

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
// What was prepared by an older kernel would otherwise be measured with this one.
const prepared = join(work, 'work');
for (const workload of existsSync(prepared) ? readdirSync(prepared) : []) {
  rmSync(join(prepared, workload, 'headwater'), { recursive: true, force: true });
}
