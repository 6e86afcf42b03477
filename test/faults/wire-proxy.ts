import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A message of PostgreSQL's wire protocol. */
export interface WireMessage {
  readonly from: 'client' | 'server';
  /** Its type: `Q`, `P`, `Z`. `startup` for a message without type, with which a connection begins. */
  readonly type: string;
  /** Its number over all connections, from 1, in the order in which the proxy read them. */
  readonly n: number;
}

/**
 * The faults. `cut` closes both connections, and `reset` closes them with RST. `stall` holds back everything for the
 * time of the proxy. `half-open` drops everything from then on, like a firewall that has forgotten the connection.
 */
export const faults = ['cut', 'reset', 'stall', 'half-open'] as const;

/** One of {@link faults}. */
export type Fault = (typeof faults)[number];

/** A fault and its place: before the message is forwarded, or after. */
export interface Injection {
  readonly fault: Fault;
  readonly place: 'before' | 'after';
}

/** A proxy in front of a PostgreSQL server that knows where messages begin and end. */
export interface WireProxy {
  readonly port: number;
  /** The messages that it has read. */
  readonly messages: readonly WireMessage[];
  readonly close: () => void;
}

/**
 * Starts a proxy in front of the server at `port`. `inject` is called with each message and returns the fault to inject,
 * or `null`. A stall takes `stallTime` milliseconds.
 */
export async function startWireProxy(
  port: number,
  inject: (message: WireMessage) => Injection | null,
  stallTime: number,
): Promise<WireProxy> {
  const sockets = new Set<Socket>();
  const messages: WireMessage[] = [];

  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    let isForgotten = false;
    let stalled: Promise<unknown> = Promise.resolve();
    const apply = (fault: Fault): void => {
      if (fault === 'half-open') isForgotten = true;
      else if (fault === 'stall') stalled = sleep(stallTime);
      else for (const socket of [client, upstream]) socket[fault === 'cut' ? 'destroy' : 'resetAndDestroy']();
    };
    const forward = (from: WireMessage['from'], source: Socket, target: Socket): void => {
      const split = messageSplitter(from === 'client');
      let queue: Promise<unknown> = Promise.resolve();
      const pass = async ({ type, bytes }: SplitMessage): Promise<void> => {
        await stalled;
        if (isForgotten || target.destroyed) return;
        const message = { from, type, n: messages.length + 1 };
        messages.push(message);
        const injection = inject(message);
        if (injection?.place === 'before') {
          apply(injection.fault);
          await stalled;
          if (isForgotten || target.destroyed) return;
        }
        await new Promise<unknown>((resolve) => target.write(bytes, resolve));
        if (injection?.place === 'after') apply(injection.fault);
      };
      source.on('data', (data) => {
        for (const message of split(data)) queue = queue.then(() => pass(message));
      });
      source.on('close', () => void queue.then(() => isForgotten || target.destroy()));
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.setNoDelay(true);
    }
    forward('client', client, upstream);
    forward('server', upstream, client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    messages,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

interface SplitMessage {
  readonly type: string;
  readonly bytes: Buffer;
}

/**
 * Returns a function that splits a stream into messages: a byte for the type, then four for the length, which counts
 * itself but not the type. The first message of a client has no type. Source: PostgreSQL's documentation, chapter
 * "Frontend/Backend Protocol". Encryption is not requested on loopback.
 */
function messageSplitter(isClient: boolean): (data: Buffer) => readonly SplitMessage[] {
  let rest = Buffer.alloc(0);
  let hasType = !isClient;
  return (data) => {
    rest = Buffer.concat([rest, data]);
    const found: SplitMessage[] = [];
    for (;;) {
      const start = hasType ? 1 : 0;
      if (rest.length < start + 4) return found;
      const length = start + rest.readInt32BE(start);
      if (rest.length < length) return found;
      found.push({
        type: hasType ? String.fromCharCode(rest[0] ?? 0) : 'startup',
        bytes: rest.subarray(0, length),
      });
      rest = rest.subarray(length);
      hasType = true;
    }
  };
}
