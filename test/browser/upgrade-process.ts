import { open } from '@headwater/kernel';
import { defineRevision, sql } from '@headwater/kernel/plugin';
import { makeWorkload } from '../../bench/workload.ts';
import { workloadPlugins } from '../helper/workload-plugins.ts';

// A process that upgrades the database in its first argument by three revisions, of which the second waits until nobody
// else holds the advisory lock 4711.
const [, , database = ''] = process.argv;
const revisions = [
  defineRevision({ id: 'slow@0001_create', revises: null, up: sql`create table slow_thing (id int primary key);` }),
  defineRevision({ id: 'slow@0002_wait', revises: 'slow@0001_create', up: sql`select pg_advisory_xact_lock(4711);` }),
  defineRevision({
    id: 'slow@0003_end',
    revises: 'slow@0002_wait',
    up: sql`alter table slow_thing add column note text;`,
  }),
];
const plugins = { ...workloadPlugins(makeWorkload(8, 10)), slow: { revisions } };
await using kernel = await open({ config: { database }, plugins });
await kernel.upgrade();
