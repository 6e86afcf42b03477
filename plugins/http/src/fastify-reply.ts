import type { FastifyReply } from 'fastify';
import type { Answer } from './request.ts';

/** Sends an answer. */
export async function sendAnswer(reply: FastifyReply, answer: Answer): Promise<FastifyReply> {
  const { body, status = body === undefined ? 204 : 200, headers = {}, cookies = {} } = answer;
  reply.code(status).headers(headers);
  for (const [name, cookie] of Object.entries(cookies)) {
    if (cookie === null) reply.clearCookie(name, { path: '/' });
    else reply.setCookie(name, cookie.value, { path: '/', httpOnly: true, sameSite: 'lax', ...cookie });
  }
  if (body === undefined) return reply.send();
  if (typeof body === 'string' || Buffer.isBuffer(body)) return reply.send(body);
  // Serialized here, since Fastify would send a stream or a typed array as such.
  return reply.type('application/json; charset=utf-8').send(JSON.stringify(body));
}
