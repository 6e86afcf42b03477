import { requireFrom } from '../migration-files.ts';
import type { StatementRecorder } from '../statement-recorder.ts';

/** The parts of Knex that are used. The project's own version is loaded, so nothing else is known of it. */
interface KnexClient {
  readonly positionBindings: (sql: string) => string;
  readonly prepBindings: (bindings: readonly unknown[] | undefined) => readonly unknown[] | undefined;
}
interface KnexQuery {
  readonly sql: string;
  readonly bindings?: readonly unknown[];
  response?: unknown;
  readonly output?: (this: unknown, response: unknown) => unknown;
}
type MakeKnex = (options: { readonly client: unknown }) => { readonly client: object };

/**
 * Returns a Knex that sends its statements to a recorder. It is the version with which the migration in `file` runs;
 * `through` names packages that bring Knex along. Throws MIGRATION_FILE_INVALID if Knex is not installed there.
 */
export function recordingKnex(file: string, recorder: StatementRecorder, through: readonly string[] = []): unknown {
  const loaded = requireFrom(file, 'knex', through) as MakeKnex & { readonly default?: MakeKnex };
  const makeKnex = loaded.default ?? loaded;
  // Without connection settings, Knex loads no driver and opens no pool.
  const { client } = makeKnex({ client: 'pg' });
  const PostgresClient = client.constructor as new (...args: readonly unknown[]) => KnexClient;
  // A class, because Knex itself creates further clients of the same class for transactions.
  class RecordingClient extends PostgresClient {
    acquireConnection(): Promise<unknown> {
      return Promise.resolve({});
    }
    releaseConnection(): Promise<void> {
      return Promise.resolve();
    }
    query(_: unknown, given: string | KnexQuery): Promise<KnexQuery> {
      const query = typeof given === 'string' ? { sql: given } : given;
      const values = this.prepBindings(query.bindings) ?? [];
      query.response = recorder.record(this.positionBindings(query.sql), values);
      return Promise.resolve(query);
    }
    processResponse({ output, response }: KnexQuery, runner: unknown): unknown {
      return output === undefined ? response : output.call(runner, response);
    }
    stream(): never {
      return recorder.refuse('reads the answer to a query');
    }
  }
  return makeKnex({ client: RecordingClient });
}
