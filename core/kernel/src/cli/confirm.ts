import type { Context, Input } from './command.ts';

/**
 * Returns whether to go on: with `--yes`, or if somebody at a terminal answers yes. Without a terminal, and with `--json`,
 * nobody is asked, and the answer is no. `preview` is printed before the question.
 */
export async function isConfirmed(
  preview: string,
  question: string,
  { switches }: Pick<Input, 'switches'>,
  { json, progress }: Pick<Context, 'json' | 'progress'>,
): Promise<boolean> {
  if (switches.has('yes')) return true;
  if (json || !progress.isTerminal || !process.stdin.isTTY) return false;
  progress.write(`${preview}\n`);
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(?:es)?$/i.test((await lines.question(`${question} [y/N] `)).trim());
  } finally {
    lines.close();
  }
}
