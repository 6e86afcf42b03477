import { argon2, randomBytes, timingSafeEqual, type Argon2Parameters } from 'node:crypto';
import { promisify } from 'node:util';
import { Refusal } from '@headwater/plugin-core';

const derive = promisify(argon2);

/** The parameters that OWASP recommends: 19 MiB, two passes, one lane. */
const cost = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 } as const;

/** Refuses a password that is too short to be safe or too long to be one. Throws a Refusal, `invalid`. */
export function assertPassword(password: string): void {
  if (typeof password === 'string' && password.length >= 10 && password.length <= 200) return;
  throw new Refusal('invalid', 'a password must have 10 to 200 characters');
}

/** Returns the argon2id hash of a password as a PHC string, which contains its parameters and its salt. */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(16);
  const tag = await derive('argon2id', { ...cost, message: normal(password), nonce });
  const { memory: m, passes: t, parallelism: p } = cost;
  return `$argon2id$v=19$m=${m},t=${t},p=${p}$${base64(nonce)}$${base64(tag)}`;
}

/** Returns whether a password has this hash. Without a hash it takes as long and returns false. */
export async function verifyPassword(password: string, hash: string | null): Promise<boolean> {
  const parsed = parse(hash ?? someHash);
  if (parsed === null) return false;
  const { expected, ...parameters } = parsed;
  const tag = await derive('argon2id', { ...parameters, message: normal(password) });
  return timingSafeEqual(tag, expected) && hash !== null;
}

/** The hash of no password, with the current parameters. */
const someHash = `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${'A'.repeat(22)}$${'A'.repeat(43)}`;

interface ParsedHash extends Omit<Argon2Parameters, 'message'> {
  readonly expected: Buffer;
}

function parse(hash: string): ParsedHash | null {
  const match = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([\w+/]+)\$([\w+/]+)$/.exec(hash);
  if (match === null) return null;
  const [, memory, passes, parallelism, nonce = '', tag = ''] = match;
  const expected = Buffer.from(tag, 'base64');
  return {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    tagLength: expected.length,
    nonce: Buffer.from(nonce, 'base64'),
    expected,
  };
}

/** Keyboards write the same letter in different ways. */
function normal(password: string): string {
  return password.normalize('NFC');
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '');
}
