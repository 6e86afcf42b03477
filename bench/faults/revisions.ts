/** A revision that every tool runs with the same text. */
export interface Revision {
  readonly name: string;
  readonly text: string;
}

/** The time that each revision takes besides its work, in seconds: an empty database would hide every race. */
const pause = 0.02;

/** Each revision adds a row to `effect`, which deliberately has no key, so that an effect that happens twice is seen. */
export const revisions: readonly Revision[] = [
  'create table effect (id text not null)',
  'create table if not exists author (id int primary key)',
  'insert into author select generate_series(1, 10)',
  'create table if not exists story (id int, author_id int references author)',
  'alter table story add column if not exists points int not null default 0',
  'insert into story select i, 1 + i % 10, i from generate_series(1, 20) i',
  'create index if not exists story_points on story (points)',
  'update story set points = points + 1',
].map((change, i) => {
  const name = `000${i + 1}`;
  return { name, text: `${change}; insert into effect values ('${name}'); select pg_sleep(${pause})` };
});
