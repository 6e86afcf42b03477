import { styleText } from 'node:util';

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

const colored: Paint = Object.freeze({
  bold: (text: string) => styled('bold', text),
  dim: (text: string) => styled('dim', text),
  red: (text: string) => styled('red', text),
  green: (text: string) => styled('green', text),
  yellow: (text: string) => styled('yellow', text),
});

/** Whether there is a terminal that wants colours was asked before. */
function styled(style: keyof Paint, text: string): string {
  return styleText(style, text, { validateStream: false });
}

/**
 * Whether to use colours: not where `NO_COLOR` says so (https://no-color.org), else as `FORCE_COLOR` says, else on a
 * terminal that is not known to have none.
 */
export function wantsColor(isTerminal: boolean, env: Readonly<Record<string, string | undefined>>): boolean {
  const { NO_COLOR: no = '', FORCE_COLOR: force = '', TERM: terminal } = env;
  if (no !== '') return false;
  return force === '' ? isTerminal && terminal !== 'dumb' : force !== '0' && force !== 'false';
}

/** Colours where they are wanted. */
export function paintFor(color: boolean): Paint {
  return color ? colored : plain;
}
