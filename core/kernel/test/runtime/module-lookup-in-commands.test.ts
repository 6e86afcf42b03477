import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Project } from '../../../../test/helper/project.ts';
import { makeShop, methods, migrationText } from '../../../dev/test/commands/adopt-support.ts';
import { ok } from '../cli/support.ts';

/** Counts the modules of MikroORM and kysely that are loaded, and their relative imports that Node resolves. */
const probe = `
import { registerHooks } from 'node:module';
import { writeFileSync } from 'node:fs';
const crowded = /\\/node_modules\\/(?:@mikro-orm|kysely)\\//;
let [loaded, asked] = [0, 0];
registerHooks({
  resolve(specifier, context, next) {
    if (specifier.startsWith('.') && crowded.test(context.parentURL)) asked += 1;
    return next(specifier, context);
  },
  load(url, context, next) {
    if (crowded.test(url)) loaded += 1;
    return next(url, context);
  },
});
process.on('exit', () => writeFileSync(process.env.PROBE, JSON.stringify({ loaded, asked })));
`;

describe('a command that loads MikroORM resolves its relative imports without Node', () => {
  let project: Project;
  beforeAll(async () => {
    project = await makeShop(undefined, { 'M1.ts': migrationText('M1', methods(['select 1'])) });
    project.write('probe.mjs', probe);
  });

  it.each([
    ['start', '--once'],
    ['migrate:adopt', 'shop', '--from', 'old', '--files-only', '--dry-run'],
  ])('%s', async (...args) => {
    const file = join(project.cwd, 'counted.json');
    const hooks = `--import=${pathToFileURL(join(project.cwd, 'probe.mjs')).href}`;
    ok(await project.kernelWith({ env: { NODE_OPTIONS: hooks, PROBE: file } }, ...args));
    const { loaded, asked } = JSON.parse(readFileSync(file, 'utf8')) as {
      readonly loaded: number;
      readonly asked: number;
    };
    expect(loaded).toBeGreaterThan(300);
    expect(asked).toBe(0);
  });
});
