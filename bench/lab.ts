import { mkdirSync, writeFileSync, rmSync } from 'node:fs';
import { installKernel, installPackage } from './installed-kernel.ts';
import { openServer } from './server.ts';
const directory = '/tmp/w/lab';
rmSync(directory, { recursive: true, force: true });
mkdirSync(directory);
installKernel(directory);
for (const name of ['core', 'likes']) installPackage(directory, `plugins/${name}`, `plugin-${name}`);
writeFileSync(directory + '/package.json', '{ "private": true, "type": "module" }\n');
const server = await openServer(directory, undefined);
await server.create('bench_open');
writeFileSync(directory + '/url', server.urlOf('bench_open'));
console.log('up');
await new Promise(() => {
  setInterval(() => {}, 1e6);
});
