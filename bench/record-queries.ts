import { connect, createServer, type Socket } from 'node:net';
import { once } from 'node:events';

/** A proxy in front of PostgreSQL that records the SQL of its clients. */
export interface QueryRecorder extends AsyncDisposable {
  /** The URL of the database, through the proxy. */
  readonly url: string;
  /** Returns the SQL that clients sent since the last call, without differences in white space, in alphabetical order. */
  readonly take: () => readonly string[];
}

/** Starts a proxy in front of the database at `url`, which must not use TLS. */
export async function recordQueries(url: string): Promise<QueryRecorder> {
  const target = new URL(url);
  const recorded: string[] = [];
  const sockets = new Set<Socket>();
  const proxy = createServer((client) => {
    const server = connect(Number(target.port), target.hostname);
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(socket);
      socket.pipe(other);
      socket.on('error', () => other.destroy());
      socket.on('close', () => other.destroy());
    }
    const read = openReader((sql) => recorded.push(sql.replaceAll(/\s+/g, ' ').trim()));
    client.on('data', read);
  });
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
  const address = proxy.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(port) }).href,
    take: () => recorded.splice(0).toSorted(),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      proxy.close();
      await once(proxy, 'close');
    },
  };
}

/** Returns a function that reads what a client sends, and calls `found` with the SQL of each Query and Parse message. */
function openReader(found: (sql: string) => void): (data: Buffer) => void {
  let rest = Buffer.alloc(0);
  // The first message has no type.
  let hasType = false;
  return (data) => {
    rest = Buffer.concat([rest, data]);
    for (;;) {
      const start = hasType ? 1 : 0;
      if (rest.length < start + 4) return;
      const end = start + rest.readInt32BE(start);
      if (rest.length < end) return;
      const type = hasType ? String.fromCodePoint(rest[0] ?? 0) : '';
      const texts = rest.toString('utf8', start + 4, end).split('\0');
      // A Parse message begins with the name of the statement.
      const sql = type === 'Q' ? texts[0] : type === 'P' ? texts[1] : undefined;
      if (sql !== undefined && sql !== '') found(sql);
      hasType = true;
      rest = rest.subarray(end);
    }
  };
}
