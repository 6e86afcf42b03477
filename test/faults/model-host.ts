/**
 * The child process of `model.test.ts`: a host that opens the plugins of `model-plugins.ts` with the installed kernel
 * whose folder is its argument. Each message asks for one operation on one database.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as KernelDoor from '@headwater/kernel';
import type { Kernel, OpenOptions } from '@headwater/kernel';
import type * as PluginDoor from '@headwater/kernel/plugin';
import pg from 'pg';
import type { Numbered } from './host-process.ts';
import type { ModelAnswer, ModelRequest } from './model-operations.ts';
import { branch, fullId, pluginsOf, type Code } from './model-plugins.ts';

const door = (name: string): string => pathToFileURL(join(process.argv[2] ?? '', 'dist', `${name}.js`)).href;
const { open, isKernelError } = (await import(door('index'))) as typeof KernelDoor;
const contract = (await import(door('plugin'))) as typeof PluginDoor;

/** Returns a function that kills this process without warning at its call number `at`. */
function killerAt(at: number): () => void {
  let events = 0;
  return () => {
    events += 1;
    if (events === at) process.kill(process.pid, 'SIGKILL');
  };
}

function operate(
  kernel: Kernel,
  code: Code,
  operation: ModelRequest['operation'],
): Promise<{ readonly runId: string | null }> {
  switch (operation.kind) {
    case 'upgrade': {
      const event = killerAt(operation.killAt ?? 0);
      return kernel.upgrade({ observer: { begins: event, commits: event } });
    }
    case 'downgrade': {
      const [kept] = branch(operation.plugin, operation.n).slice(-1);
      return kernel.downgrade(kept === undefined ? `${operation.plugin}@base` : fullId(kept), { cascade: true });
    }
    case 'undo':
      return kernel.undo(operation.run, { cascade: true });
    case 'accept':
      return kernel.accept(fullId(operation.id));
    case 'stamp':
      return kernel.stamp(code.active, { unchecked: true });
    default:
      return operation satisfies never;
  }
}

/** Returns what differs in a session from one that has just begun. */
const leftText = `select name || ' = ' || setting as line from pg_settings where source = 'session'
  union all select 'prepared ' || name from pg_prepared_statements
  union all select 'temporary ' || relname from pg_class where relpersistence = 't'
  union all select 'lock ' || objid from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()`;

async function perform({ url, code, operation }: ModelRequest): Promise<ModelAnswer> {
  // On a server, the kernel works with the pool of the host.
  const pool = url.startsWith('postgres:') ? new pg.Pool({ connectionString: url, max: 2 }) : null;
  const outcome = await attempt(pool === null ? { config: { database: url } } : { connection: pool }, code, operation);
  const left = pool === null ? [] : (await pool.query<{ line: string }>(leftText)).rows.map(({ line }) => line);
  await pool?.end();
  return { ...outcome, left };
}

async function attempt(
  database: OpenOptions,
  code: Code,
  operation: ModelRequest['operation'],
): Promise<Omit<ModelAnswer, 'left'>> {
  try {
    await using kernel = await open({ ...database, plugins: pluginsOf(code, contract) });
    const { runId } = await operate(kernel, code, operation);
    return { run: runId ?? '', exitCode: 0, message: '' };
  } catch (error) {
    if (!isKernelError(error)) throw error;
    return { run: '', exitCode: error.exitCode, message: error.message };
  }
}

process.on('message', (request: Numbered<ModelRequest>) => {
  void perform(request).then((answer) => process.send?.({ n: request.n, ...answer }));
});
