import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { inject } from 'vitest';

/** One thing that went over the wire. */
export type Moment = 'before sending' | 'after sending' | 'after the reply';

/** A proxy before the PostgreSQL server that calls `onMoment` for everything that passes. */
export interface Cutter {
  readonly port: number;
  readonly close: () => void;
}

/**
 * Starts a proxy. `onMoment` gets each moment with its number, from 1; when it gives `true`, the connection is cut there
 * and nothing more passes.
 */
export async function startCutter(onMoment: (moment: Moment, n: number) => boolean): Promise<Cutter> {
  let n = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(inject('postgresPort'), '127.0.0.1');
    let cut = false;
    const cutAt = (moment: Moment): boolean => {
      if (cut) return true;
      n += 1;
      if (!onMoment(moment, n)) return false;
      cut = true;
      client.destroy();
      upstream.destroy();
      return true;
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => (client.destroy(), upstream.destroy()));
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
