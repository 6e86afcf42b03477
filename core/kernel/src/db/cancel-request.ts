import { connect as connectTcp, type Socket } from 'node:net';
import { once } from 'node:events';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';

/** The identity of a server process, and the way to its server. */
export interface CancelTarget {
  /** The host name or address, or the folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly pid: number;
  /** The key that the server sent when the connection was opened. */
  readonly key: number;
  /** The TLS options of the connection; `false` if it is not encrypted. */
  readonly tls: ConnectionOptions | boolean;
}

/** The codes in place of a protocol version (PostgreSQL documentation, "Message Formats"). */
const [cancelCode, tlsCode] = [80_877_102, 80_877_103];

/**
 * Sends a cancel request over a connection of its own, as the protocol prescribes. The server closes that connection
 * once it has signaled its process, so the request has been handled when this returns. It needs neither a login nor a
 * free connection, and PgBouncer passes it on. Throws if the server does not take the request within `timeout`
 * milliseconds.
 */
export async function sendCancelRequest(target: CancelTarget, timeout: number): Promise<void> {
  const { host, port } = target;
  const plain = host.startsWith('/') ? connectTcp(`${host}/.s.PGSQL.${port}`) : connectTcp(port, host);
  const signal = AbortSignal.timeout(timeout);
  let socket: Socket = plain;
  try {
    await once(plain, 'connect', { signal });
    if (target.tls !== false) socket = await encrypted(plain, target, signal);
    socket.write(cancelMessage(target));
    // The server sends nothing. It closes the connection, which some servers do with a reset.
    socket.resume();
    await once(socket, 'close', { signal }).catch((error: unknown) => {
      if (signal.aborted) throw error;
    });
  } finally {
    // An error after the request has no one left to handle it.
    socket.on('error', () => {});
    socket.destroy();
    plain.destroy();
  }
}

async function encrypted(plain: Socket, { host, tls }: CancelTarget, signal: AbortSignal): Promise<Socket> {
  plain.write(message(tlsCode));
  const [answer] = (await once(plain, 'data', { signal })) as [Buffer];
  if (answer.toString('latin1') !== 'S') throw new Error('the server does not encrypt cancel requests');
  const options = typeof tls === 'object' ? tls : {};
  const socket = connectTls({ servername: host, ...options, socket: plain });
  await once(socket, 'secureConnect', { signal });
  return socket;
}

function cancelMessage({ pid, key }: CancelTarget): Buffer {
  const content = Buffer.alloc(8);
  content.writeInt32BE(pid);
  content.writeInt32BE(key, 4);
  return message(cancelCode, content);
}

/** Returns a message without a type: its length, its code, its content. */
function message(code: number, content = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(8);
  head.writeInt32BE(8 + content.length);
  head.writeInt32BE(code, 4);
  return Buffer.concat([head, content]);
}
