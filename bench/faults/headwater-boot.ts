// A boot with Headwater: `open` with the same revisions as the other tools, as a host program uses it.
import { open } from '@headwater/kernel';
import { defineRevision, sql } from '@headwater/kernel/plugin';
import { revisions } from './revisions.ts';

const defined = revisions.map(({ name, text }, i) =>
  defineRevision({
    id: `core@${name}`,
    revises: i === 0 ? null : `core@${revisions[i - 1]?.name}`,
    up: sql(Object.assign([text], { raw: [text] })),
  }),
);
await using kernel = await open({
  config: { database: process.env['DATABASE_URL'] ?? '' },
  plugins: { core: { revisions: defined } },
});
await kernel.upgrade();
