import { connect } from 'node:net';

/** Sends a request to the server, without following redirects. */
export function ask(address: string, path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(address + path, { redirect: 'manual', ...init });
}

/** Writes raw bytes to the server, and returns everything that it answers until it closes the connection. */
export async function askRaw(address: string, text: string): Promise<string> {
  const { hostname, port } = new URL(address);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.setEncoding('utf8').write(text);
  let answer = '';
  // The type of a socket's chunks is not known to the compiler; `setEncoding` makes them strings.
  for await (const chunk of socket) answer += String(chunk);
  return answer;
}
