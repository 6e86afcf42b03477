/**
 * Returns the first line of an error's message, so that another error can quote it. The later lines and the stack are
 * omitted because they may contain secrets.
 */
export function shortMessage(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return shortMessage(error.errors[0]);
  const text = error instanceof Error ? error.message : String(error);
  return (text.split('\n')[0] ?? '').trim().replace(/\.$/, '') || 'no reason given';
}
