import type { Session } from '../db/session.ts';
import { kernelError } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';

/** Returns the error for a schema that is not an intact ledger. */
export function damagedLedger(
  { shown, schemas }: Pick<Session, 'shown' | 'schemas'>,
  problem: string,
  cause?: unknown,
): KernelError {
  return kernelError('LEDGER_DAMAGED', { database: shown, schema: schemas.ledger, problem }, { cause });
}
