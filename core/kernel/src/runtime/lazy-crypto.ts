import type * as Crypto from 'node:crypto';
import { runtimeTricksEnabled } from './tricks.ts';

/**
 * The functions of Node's crypto that the kernel uses. With the tricks on, Node loads the module on the first call,
 * because loading takes 10 ms, a tenth of `kernel --help`, and help, completion and usage errors have nothing to hash.
 * With the tricks off, the module is loaded here, as an import would load it.
 */
const crypto = (): typeof Crypto => process.getBuiltinModule('node:crypto');
if (!runtimeTricksEnabled()) crypto();

/** Loads the module now. Loading it while a switch of V8 is set takes twice as long, because V8 compiles it again. */
export const loadCrypto = (): void => void crypto();

export const hash = (algorithm: string, text: string): string => crypto().hash(algorithm, text);
export const randomBytes = (size: number): Buffer => crypto().randomBytes(size);
export const randomUUID: typeof Crypto.randomUUID = () => crypto().randomUUID();
