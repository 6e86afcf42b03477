import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './free-port.ts';

const execute = promisify(execFile);

/** A registry on loopback, to which anybody on this machine can publish. */
export interface Registry extends AsyncDisposable {
  readonly url: string;
  /** Variables with which npm uses it, with an npm cache of its own that is empty. */
  readonly env: Readonly<Record<string, string>>;
}

/** The packages that the registry only has if a test has published them. It gets all others from npm's usual registry. */
const own = ['@headwater/*', 'create-headwater', 'headwater-plugin-*'];

/**
 * Installs verdaccio into `folder` and starts it. It is not a dependency of this repository, since one test needs it and it
 * brings 300 packages.
 */
export async function startVerdaccio(folder: string): Promise<Registry> {
  mkdirSync(folder, { recursive: true });
  // Its own choice of node-fetch is not on every registry.
  const overrides = { 'node-fetch': '2.7.0' };
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ private: true, dependencies: { verdaccio: '6.10.4' }, overrides }),
  );
  await execute('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: folder, maxBuffer: 2 ** 26 });
  const usual = (await execute('npm', ['config', 'get', 'registry'], { cwd: import.meta.dirname })).stdout.trim();
  const config = {
    storage: './storage',
    uplinks: { usual: { url: usual, maxage: '1h' } },
    packages: {
      ...Object.fromEntries(own.map((name) => [name, { access: '$all', publish: '$all', unpublish: '$all' }])),
      '**': { access: '$all', proxy: 'usual' },
    },
    log: { type: 'stdout', format: 'json', level: 'warn' },
  };
  // YAML contains JSON.
  writeFileSync(join(folder, 'config.yaml'), JSON.stringify(config));
  const address = `127.0.0.1:${await freePort()}`;
  const bin = join(folder, 'node_modules/verdaccio/bin/verdaccio');
  const child = spawn(process.execPath, [bin, '--config', join(folder, 'config.yaml'), '--listen', address], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  const url = `http://${address}/`;
  await untilAnswering(url, () => (child.exitCode === null ? null : output));
  return {
    url,
    env: {
      npm_config_registry: url,
      // npm publishes only with a token; this registry accepts any.
      [`npm_config_//${address}/:_authToken`]: 'anybody',
      npm_config_cache: join(folder, 'cache'),
      npm_config_audit: 'false',
      npm_config_fund: 'false',
      npm_config_update_notifier: 'false',
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}

async function untilAnswering(url: string, ended: () => string | null): Promise<void> {
  const late = Date.now() + 60_000;
  for (;;) {
    const answer = await fetch(`${url}-/ping`).catch(() => null);
    if (answer?.ok === true) return;
    const output = ended();
    if (output !== null || Date.now() > late) throw new Error(`verdaccio does not answer:\n${output ?? ''}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
