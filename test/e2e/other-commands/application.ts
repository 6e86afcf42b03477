import { entitiesSource } from '../../helper/entities-source.ts';
import { makeProject, type PluginSketch, type Project } from '../../helper/project.ts';
import { community } from '../../../core/kernel/test/cli/support.ts';

const id = 'p.integer().primary().autoincrement(false)';

/**
 * The application of `docs/commands.md`: that of the tests of the command, in which `likes` has a third revision and the
 * entities of `comments` have a column for which there is no revision yet.
 */
const plugins: Readonly<Record<string, PluginSketch>> = {
  ...community,
  likes: {
    revisions: {
      ...community['likes']?.revisions,
      '0003_add_note': {
        up: 'alter table likes_like add column note text',
        down: 'alter table likes_like drop column note',
      },
    },
  },
  comments: {
    ...community['comments'],
    entities: entitiesSource({
      entities: { Comment: { table: 'comments_comment', properties: { id, body: 'p.text()' } } },
    }),
  },
};

/** A second head of `stickers`, as a merge in version control leaves it. */
const head = (slug: string, column: string): string => `import { defineRevision, sql } from '@headwater/kernel/plugin';

export default defineRevision({
  id: 'stickers@${slug}',
  revises: 'stickers@0001_create_sticker',
  up: sql\`alter table stickers_sticker add column ${column} text\`,
  down: sql\`alter table stickers_sticker drop column ${column}\`,
});
`;

/** Files that a step needs and that the application does not have otherwise, by a word of the step. */
const additions: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'migrate:merge': {
    'plugins/stickers/src/migrations/0002_add_text.js': head('0002_add_text', 'text'),
    'plugins/stickers/src/migrations/0002_add_size.js': head('0002_add_size', 'size'),
  },
  'NODE_ENV=production': { 'config.production.json': '{ "upgrade": { "mode": "check" } }' },
  'migrate:accept': {
    'plugins/likes/src/migrations/0002_count_on_object.js': `import { defineRevision, sql } from '@headwater/kernel/plugin';

export default defineRevision({
  id: 'likes@0002_count_on_object',
  revises: 'likes@0001_create_like',
  up: sql\`alter table core_object add likes_count integer not null default 0\`,
  down: sql\`alter table core_object drop likes_count\`,
});
`,
  },
  flyway: { 'sql/V1__add_size.sql': 'alter table stickers_sticker add column size int;\n' },
  'note.sql': { 'note.sql': 'create table stickers_note (author int references core_user);\n' },
};

/** Returns the files that the steps of a row need besides those of the application. */
function additionsFor(steps: readonly string[]): readonly (readonly [string, string])[] {
  const needed = Object.entries(additions).filter(([word]) => steps.some((step) => ` ${step} `.includes(` ${word} `)));
  return needed.flatMap(([, files]) => Object.entries(files));
}

/** Whether a row needs an application of its own, because of the files that its steps need. */
export function hasAdditions(steps: readonly string[]): boolean {
  return additionsFor(steps).length > 0;
}

/** Writes the application. Its database is the variable `DATABASE_URL`. */
export async function writeApplication(steps: readonly string[] = []): Promise<Project> {
  const project = await makeProject({ plugins, database: '${DATABASE_URL}' });
  for (const [path, text] of additionsFor(steps)) project.write(path, text);
  return project;
}

/** Applies what the page says is applied: all but the last revision of `likes` and those of `stickers`. */
export const applied = ['likes@0002', 'core', 'comments'];
