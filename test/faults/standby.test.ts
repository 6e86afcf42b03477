import { describe, expect, it } from 'vitest';
import { open, type Kernel } from '../../core/kernel/src/open/open.ts';
import * as contract from '../../core/kernel/src/plugin.ts';
import { queryAt } from '../helper/database.ts';
import { startPostgres15 } from '../helper/postgres-15.ts';
import { stateOf } from './database-state.ts';
import { startStandby } from './standby.ts';
import { countTrials } from './trials.ts';
import { wirePlugins } from './wire-plugins.ts';

const isLinux = process.platform === 'linux';

/** The code at the time of the backup, and newer code: with a pending revision, and a squash. */
const code = wirePlugins(contract, { outside: true, isSquashed: false });
const newer = wirePlugins(contract, { outside: true, isSquashed: true });

/** Everything that writes to a database which has applied `code`. */
const writes: Readonly<Record<string, (kernel: Kernel) => Promise<unknown>>> = {
  downgrade: (kernel) => kernel.downgrade('items@0002'),
  cascade: (kernel) => kernel.downgrade('core@0001', { cascade: true }),
  'undo a run': async (kernel) => kernel.undo((await kernel.runs())[0]?.id ?? ''),
};

describe.runIf(isLinux)(`F-26: a standby${isLinux ? '' : ' (skipped: needs /proc)'}`, () => {
  it('boots what is up to date, refuses what is not before it writes, and converges once it is promoted', async () => {
    await using server = await startPostgres15();
    await queryAt(server.url, 'create database app');
    const url = server.url.replace(/postgres$/, 'app');
    const withKernel = async <T>(at: string, plugins: typeof code, run: (kernel: Kernel) => Promise<T>): Promise<T> => {
      await using kernel = await open({ config: { database: at }, plugins });
      return await run(kernel);
    };
    await withKernel(url, code, (kernel) => kernel.upgrade());
    const before = await stateOf(url);
    await using standby = await startStandby(server.url);
    const copy = standby.urlOf('app');
    await standby.catchUp();

    await withKernel(copy, code, async (kernel) => {
      expect(await kernel.upgrade()).toMatchObject({ applied: [] });
      await (await kernel.start())[Symbol.asyncDispose]();
      expect(await kernel.status()).toMatchObject({ pending: [], error: null });
      expect(await kernel.drift()).toMatchObject({ missing: [] });
      expect(await kernel.runs()).toHaveLength(1);
      for (const [name, write] of Object.entries(writes)) {
        await expect(write(kernel), name).rejects.toMatchObject({ exitCode: 21, written: 'Nothing was written.' });
      }
    });
    await withKernel(copy, newer, async (kernel) => {
      expect(await kernel.plan()).toMatchObject({ steps: [{ id: 'core@0005_later' }] });
      for (const call of [
        () => kernel.upgrade(),
        () => kernel.start(),
        () => kernel.stamp('core', { unchecked: true }),
      ]) {
        await expect(call()).rejects.toMatchObject({ exitCode: 21, written: 'Nothing was written.' });
      }
      // The squash is left to somebody who can record it.
      expect(await kernel.upgrade({ to: 'core@0004' })).toMatchObject({ applied: [] });
    });
    expect(await stateOf(copy)).toEqual(before);

    await withKernel(url, newer, (kernel) => kernel.upgrade({ to: ['core@0004', 'items'] }));
    await standby.catchUp();
    await withKernel(copy, newer, (kernel) => expect(kernel.upgrade()).rejects.toMatchObject({ exitCode: 21 }));
    await standby.promote();
    await withKernel(copy, newer, async (kernel) => {
      expect(await kernel.upgrade()).toMatchObject({ applied: ['core@0005_later'] });
      expect(await kernel.upgrade()).toMatchObject({ applied: [] });
    });
    expect((await stateOf(copy)).ledger).toContain('core@0002_squash');
    countTrials(1);
  });
});
