import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { databaseKinds, emptyDatabase, urlOf, type DatabaseKind } from '../helper/database.ts';
import { compileDecorators, decoratorKinds } from '../helper/decorated-source.ts';
import { makeProject, type Project } from '../helper/project.ts';

const decorated = `
import { Collection, EntityRepository } from '@mikro-orm/core';
import { Embeddable, Embedded, Entity, Enum, ManyToMany, ManyToOne, PrimaryKey, Property } from '%decorators';

export class RatingRepository extends EntityRepository {
  best() {
    return this.find({ stars: 5 }, { populate: ['labels'] });
  }
}

export class Numbered {
  @PrimaryKey({ type: 'integer' })
  id;
}

@Embeddable()
export class Reason {
  @Property({ type: 'string', nullable: true })
  text;
}

@Entity({ tableName: 'ratings_label' })
export class Label extends Numbered {
  @Property({ type: 'string' })
  name;
}

@Entity({ tableName: 'ratings_rating', repository: () => RatingRepository })
export class Rating extends Numbered {
  @Property({ type: 'integer' })
  stars;
  @Enum({ items: ['draft', 'final'], default: 'draft' })
  state;
  @Embedded(() => Reason)
  reason;
  @ManyToMany(() => Label)
  labels = new Collection(this);
  @ManyToOne(() => Rating, { nullable: true })
  earlier;
}
`;

/** Extends a decorated entity of another plugin, with a column and a many-to-many relation. */
const votes = `
import { Rating, Label } from '@headwater/plugin-ratings';
const VoteSchema = defineEntity({ name: 'Vote', tableName: 'votes_vote', properties: {
  id: p.integer().primary(), rating: () => p.manyToOne(Rating) } });
export class Vote extends VoteSchema.class {}
VoteSchema.setClass(Vote);
export const entities = [Vote];
export const extend = [extendEntity(Rating, { votesCount: p.integer().default(0), marks: () => p.manyToMany(Label).owner() })];
`;

const start = `async start({ get, log }) {
  await get(Database).transactional(async (em) => {
    const label = em.create(Label, { id: 1, name: 'fresh' });
    const rating = em.create(Rating, { id: 1, stars: 5, state: 'final', reason: { text: 'good' }, labels: [label] });
    await em.flush();
    em.clear();
    const [best] = await em.getRepository(Rating).best();
    log.info([best.reason.text, best.state, best.labels.getItems().map((one) => one.name).join()].join(' '));
  });
}`;

/** Writes the plugin as an author's tsc does, beside revisions that Node runs from their sources. */
async function projectWith(files: Readonly<Record<string, string>>): Promise<Project> {
  const project = await makeProject({
    plugins: { core: {}, ratings: {}, votes: { requires: ['ratings'], entities: votes } },
  });
  for (const [file, text] of Object.entries(files)) project.write(`plugins/ratings/dist/${file}`, text);
  const target = './dist/index.js';
  const fields = {
    name: '@headwater/plugin-ratings',
    version: '1.0.0',
    type: 'module',
    keywords: ['headwater-plugin'],
    headwater: { plugin: 'ratings' },
    exports: { '.': { 'headwater-source': target, default: target } },
    peerDependencies: { '@headwater/kernel': '^1.0.0', '@headwater/plugin-core': '^1.0.0' },
  };
  project.write('plugins/ratings/package.json', JSON.stringify(fields));
  return project;
}

async function started(project: Project, kind: DatabaseKind): Promise<string> {
  const database = urlOf(await emptyDatabase(kind));
  project.reconfigure((config) => Object.assign(config, { database }));
  const { stdout, stderr } = await project.kernel('start', '--once');
  return stdout + stderr;
}

const index = `import { Database, definePlugin } from '@headwater/kernel/plugin';
import { Label, Rating } from './entities.js';
export * from './entities.js';
export default definePlugin({ name: 'ratings', entities: [Rating, Label], ${start} });`;

describe('a plugin with decorated entities', () => {
  it.each(decoratorKinds)(
    'is created, checked, built and started like any other: %s',
    async (kind) => {
      const project = await projectWith({ 'entities.js': compileDecorators(decorated, kind), 'index.js': index });
      for (const plugin of ['ratings', 'votes']) {
        const created = await project.kernel('migrate:create', plugin);
        expect(created.stdout + created.stderr).toContain('Proven');
      }
      const ofVotes = await project.kernel('migrate:show', 'votes@head');
      expect(ofVotes.stdout).toContain('create table "ratings_rating_marks"');
      expect(ofVotes.stdout).toContain('alter table "ratings_rating" add column "votes_count"');
      expect(await project.kernel('migrate:check')).toMatchObject({ code: 0 });
      for (const database of databaseKinds) expect(await started(project, database)).toContain('good final fresh');
      for (const plugin of ['ratings', 'votes']) {
        expect(await project.kernel('plugin:build', project.folderOf(plugin))).toMatchObject({ code: 0 });
      }
    },
    // Eight processes take long on a busy machine.
    120_000,
  );

  it('may let MikroORM read its types, as the guide shows', async () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/guide/entities.md'), 'utf8');
    const compiled = ['entities', 'index'].map((name) => {
      const [, block = ''] = page.split(`\`\`\`ts\n// plugins/ratings/src/${name}.ts\n`);
      const [source = ''] = block.split('```');
      return [`${name}.js`, compileDecorators(source, 'legacy').replaceAll(".ts'", ".js'")] as const;
    });
    const project = await projectWith(Object.fromEntries(compiled));
    const created = await project.kernel('migrate:create', 'ratings');
    expect(created.stdout + created.stderr).toContain('Proven');
    expect((await project.kernel('migrate:show', 'ratings@head')).stdout).toContain('"stars" int not null');
    project.reconfigure(({ plugins }) => delete plugins['votes']);
    for (const database of databaseKinds) expect(await started(project, database)).toContain('0 best ratings');
  });

  it.each([
    [
      'entities.ts',
      "import { Entity } from '@mikro-orm/decorators/legacy';\n\n@Entity()\nexport class Rating {}",
      ':3',
      '@Entity()',
    ],
    [
      'entities.ts',
      "import { Property } from '@mikro-orm/decorators/es';\nexport class Rating {\n  @Property({ type: 'string' })\n  text;\n}",
      ':3',
      '@Property(',
    ],
    ['entities.ts', 'export class Rating { constructor(readonly text: string) {} }', ':1', 'parameter property'],
  ])('is refused with the file if its sources are not compiled: %s %s', async (file, source, line, syntax) => {
    const project = await makeProject({ plugins: { core: {}, ratings: {} } });
    project.write(`plugins/ratings/src/${file}`, source);
    project.write('plugins/ratings/src/index.js', `export { default } from './${file}';`);
    const { code, stderr } = await project.kernel('migrate:create', 'ratings');
    expect(code).toBe(12);
    for (const part of [
      'PLUGIN_NOT_COMPILED',
      join(project.folderOf('ratings'), 'src', file) + line,
      syntax,
      '"headwater-source": "./dist/index.js"',
    ]) {
      expect(stderr).toContain(part);
    }
  });
});
