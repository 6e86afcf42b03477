import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { inject } from 'vitest';

/**
 * Starts a proxy in front of the PostgreSQL server that replaces `from` with `to` in all that a client sends, so that the
 * server behaves like one that lies. `to` must not be longer: it is padded, since a message states its length.
 */
export async function startRewritingProxy(
  from: string,
  to: string,
): Promise<{ readonly port: number; readonly rewritten: () => number; readonly close: () => void }> {
  if (to.length > from.length) throw new Error('the replacement is longer than the text');
  let rewritten = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(inject('postgresPort'), '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => (client.destroy(), upstream.destroy()));
    }
    client.on('data', (data) => {
      const text = data.toString('latin1');
      if (text.includes(from)) rewritten += 1;
      upstream.write(text.replaceAll(from, to.padEnd(from.length)), 'latin1');
    });
    upstream.on('data', (data) => client.write(data));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    rewritten: () => rewritten,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
