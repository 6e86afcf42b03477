import type { HistorySource } from './history-source.ts';
import { drizzle } from './sources/drizzle.ts';
import { flyway } from './sources/flyway.ts';
import { knex } from './sources/knex.ts';
import { kysely } from './sources/kysely.ts';
import { mikroOrm } from './sources/mikro-orm.ts';
import { nodePgMigrate } from './sources/node-pg-migrate.ts';
import { prisma } from './sources/prisma.ts';
import { typeorm } from './sources/typeorm.ts';
import { umzug } from './sources/umzug.ts';

/** The tools whose histories can be adopted, by the value of `--from`. */
export const historySources: ReadonlyMap<string, HistorySource> = new Map([
  ['drizzle', drizzle],
  ['flyway', flyway],
  ['knex', knex],
  ['kysely', kysely],
  ['mikro-orm', mikroOrm],
  ['node-pg-migrate', nodePgMigrate],
  ['prisma', prisma],
  ['typeorm', typeorm],
  ['umzug', umzug],
]);
