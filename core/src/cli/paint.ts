/** Marks words on a terminal; elsewhere each function gives its text back. */
export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
}

const same = (text: string): string => text;

/** Leaves everything as it is. */
export const plain: Paint = Object.freeze({ bold: same, dim: same, red: same, green: same, yellow: same });

/**
 * Whether to use colours: on a terminal, unless the person says no (https://no-color.org) or the terminal is known to
 * have none.
 */
export function wantsColor(isTerminal: boolean, env: Readonly<Record<string, string | undefined>>): boolean {
  return isTerminal && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
}

/** Colours where they are wanted. What makes them is only loaded then. */
export async function paintFor(color: boolean): Promise<Paint> {
  if (!color) return plain;
  const { default: colors } = await import('picocolors');
  return colors.createColors(true);
}
