import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { inject } from 'vitest';

/** A moment at which the connection can be cut. */
export type Moment = 'before sending' | 'after sending' | 'after the reply';

/** A proxy in front of the PostgreSQL server that can cut connections. */
export interface CuttingProxy {
  readonly port: number;
  readonly close: () => void;
}

/**
 * Starts a proxy. `onMoment` is called with each moment and its number, from 1. When it returns true, the proxy cuts
 * the connection at this moment. When it returns "silence", the proxy keeps the connection open and drops all further
 * data, like a firewall that has forgotten it. `accepts` says whether it forwards a new connection or cuts it.
 */
export async function startCuttingProxy(
  onMoment: (moment: Moment, n: number) => boolean | 'silence',
  accepts: () => boolean = () => true,
): Promise<CuttingProxy> {
  let n = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    if (!accepts()) {
      client.destroy();
      return;
    }
    const upstream = connect(inject('postgresPort'), '127.0.0.1');
    let cut = false;
    let silent = false;
    const cutAt = (moment: Moment): boolean => {
      if (cut) return true;
      n += 1;
      const fault = onMoment(moment, n);
      if (fault === false) return false;
      cut = true;
      silent = fault === 'silence';
      if (silent) return true;
      client.destroy();
      upstream.destroy();
      return true;
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => void (silent || (client.destroy(), upstream.destroy())));
      socket.setNoDelay(true);
    }
    client.on('data', (data) => {
      if (cutAt('before sending')) return;
      upstream.write(data, () => cutAt('after sending'));
    });
    upstream.on('data', (data) => {
      if (cutAt('after the reply')) return;
      client.write(data);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
