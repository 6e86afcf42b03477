// A bare Fastify that runs the queries of the front page for a visitor over `pg`, and answers with their rows.
import { fastify } from 'fastify';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });

const top = `select * from (
    select *, (likes + 1) / power(hours + 2, 1.8) as score
      from (
        select story.id, story.title, story.url, core_user.name as author, core_user.id as author_id,
            object.created_at, extract(epoch from object.created_at)::float8 as created,
            object.likes_count::float8 as likes,
            greatest(extract(epoch from $1::timestamptz - object.created_at), 0)::float8 / 3600 as hours
          from app_story story
            join core_object object on object.id = story.id
            join core_user on core_user.id = object.author_id
          where object.deleted_at is null
      ) stories
    ) ranked
    order by score desc, id desc
    limit $2`;

const likes = 'select id, likes_count as count from core_object where id = any($1)';

const comments = `with recursive thread as (
    select in_reply_to as root, id from comments_comment where in_reply_to = any($1)
    union all
    select thread.root, reply.id from comments_comment reply join thread on reply.in_reply_to = thread.id
  )
  select thread.root, count(*)::int as comments
    from thread join core_object on core_object.id = thread.id
    where core_object.deleted_at is null
    group by thread.root`;

const server = fastify();
server.get('/', async () => {
  const stories = await pool.query(top, [new Date().toISOString(), 30]);
  const ids = stories.rows.map(({ id }) => Number(id));
  const counts = await pool.query(comments, [ids]);
  const liked = await pool.query(likes, [ids]);
  return { stories: stories.rows, comments: counts.rows, likes: liked.rows };
});
await server.listen({ port: Number(process.env.PORT) });
