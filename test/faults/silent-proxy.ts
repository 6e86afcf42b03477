import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { inject, onTestFinished } from 'vitest';

/** A proxy in front of the PostgreSQL server that can go silent. */
export interface SilentProxy {
  readonly port: number;
  /** Makes the proxy drop all data, keep its connections open, and refuse new ones. */
  readonly silence: () => void;
}

/** Starts the proxy until the end of the test. `onData` is called with everything that clients send. */
export async function startSilentProxy(onData: (data: Buffer) => void = () => {}): Promise<SilentProxy> {
  const sockets = new Set<Socket>();
  let silent = false;
  const server = createServer((client) => {
    if (silent) {
      client.destroy();
      return;
    }
    const upstream = connect(inject('postgresPort'), '127.0.0.1');
    client.on('data', onData);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('error', () => {});
      from.on('data', (data) => void (silent || to.write(data)));
      from.on('close', () => void (silent || to.destroy()));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    silence: () => void (silent = true),
  };
}
