import type { FastifyInstance } from 'fastify';
import type { HttpOptions } from './options.ts';

/** An explanation of an error: the reason, and how to fix it. */
type Explain = (options: Pick<HttpOptions, 'host' | 'port'>) => { readonly reason: string; readonly hint: string };

/** The errors of listening that the config can fix, by the code of the system. */
const explanations: Readonly<Record<string, Explain>> = {
  EADDRINUSE: ({ host, port }) => ({
    reason: `the port ${port} on ${host} is in use by another process`,
    hint: `Stop that process, or choose another port: ${otherPort(port === 3001 ? 3002 : 3001)}`,
  }),
  EACCES: ({ host, port }) => ({
    reason: `this process may not listen on the port ${port} of ${host}`,
    hint: `Choose a port above 1023: ${otherPort(3000)}`,
  }),
  EADDRNOTAVAIL: ({ host }) => ({ reason: `the address ${host} does not belong to this machine`, hint: otherHost }),
  ENOTFOUND: ({ host }) => ({ reason: `the host ${host} has no address`, hint: otherHost }),
};

const otherHost =
  'Choose 127.0.0.1 for this machine alone, or 0.0.0.0 for every network: ' +
  '"plugins": { "http": { "host": "127.0.0.1" } } in config.json';

function otherPort(port: number): string {
  return (
    `"plugins": { "http": { "port": ${port} } } in config.json. ` +
    `If the config has "\${PORT:-3000}" there: PORT=${port} npx kernel start`
  );
}

/** Listens on the address of the options. If it cannot, throws an error whose `hint` tells how to choose another one. */
export async function listen(server: FastifyInstance, { host, port }: HttpOptions): Promise<void> {
  try {
    await server.listen({ host, port });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const explained = explanations[code]?.({ host, port });
    if (explained === undefined) throw error;
    throw Object.assign(new Error(explained.reason, { cause: error }), { hint: explained.hint });
  }
}
