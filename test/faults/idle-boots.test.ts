import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { DatabaseTarget } from '../../core/kernel/src/config/config.ts';
import { queryAt } from '../helper/database.ts';
import { startBooter } from './booter.ts';
import { builtFaultProject } from './fault-project.ts';
import { flatnessOf, type Sample } from './flatness.ts';
import { tier } from './tier.ts';
import { countTrials } from './trials.ts';
import { openWireServer } from './wire-server.ts';
import { wireSites } from './wire-sites.ts';

const boots = { quick: 10, full: 60, long: 1000 }[tier];

const site = wireSites.find(({ version }) => version === 15);

describe('F-42: boots with nothing to do', () => {
  it('write nothing, use no transaction id, and leave nothing open', async () => {
    if (site === undefined) throw new Error('there is no site');
    await using server = await openWireServer(site);
    // It would use transaction ids too.
    await server.query('alter system set autovacuum = off');
    await server.query('select pg_reload_conf()');
    const { url, name } = await server.create();
    const target: DatabaseTarget = { kind: 'postgres', url, directUrl: null, shown: name };
    const project = await builtFaultProject(target);
    // Without a limit, V8 leaves garbage for thousands of boots.
    using booter = startBooter(['--max-old-space-size=96']);
    expect(await booter.boot(project)).not.toEqual([]);
    const nextId = async (): Promise<unknown> => {
      const [row] = await queryAt(
        url,
        `select pg_snapshot_xmax(pg_current_snapshot())::text as id,
        (select count(*)::int from kernel.run) as runs, (select count(*)::int from kernel.event) as events`,
      );
      return row;
    };
    const before = await nextId();
    const samples: Sample[] = [];
    for (let i = 0; i < boots; i += 1) {
      expect(await booter.boot(project)).toEqual([]);
      if (process.platform === 'linux') samples.push(await sampleOf(booter.pid, url));
    }
    expect(await nextId()).toEqual(before);
    const { grown } = flatnessOf(samples);
    // The memory of a process that has just begun goes up and down too much.
    expect(tier === 'long' ? grown : grown.filter((what) => what !== 'memory')).toEqual([]);
    countTrials(boots);
  }, 1_800_000);
});

async function sampleOf(pid: number, url: string): Promise<Sample> {
  const [row] = await queryAt(
    url,
    'select count(*)::int as n from pg_stat_activity where datname = current_database()',
  );
  const memory = Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
  return { memory, descriptors: readdirSync(`/proc/${pid}/fd`).length, connections: Number(row?.['n']) };
}
