import { styleText } from 'node:util';

/** Functions that style words on a terminal. Elsewhere each returns its text unchanged. */
export interface Colors {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
}

const unchanged = (text: string): string => text;

/** No colors. */
export const noColors: Colors = Object.freeze({
  bold: unchanged,
  dim: unchanged,
  red: unchanged,
  green: unchanged,
  yellow: unchanged,
});

const terminalColors: Colors = Object.freeze({
  bold: (text: string) => styled('bold', text),
  dim: (text: string) => styled('dim', text),
  red: (text: string) => styled('red', text),
  green: (text: string) => styled('green', text),
  yellow: (text: string) => styled('yellow', text),
});

/** `wantsColor` has already checked for a terminal, so Node does not have to. */
function styled(style: keyof Colors, text: string): string {
  return styleText(style, text, { validateStream: false });
}

/**
 * Whether to use colors. `NO_COLOR` (https://no-color.org) turns them off, then `FORCE_COLOR` decides, then whether the
 * stream is a terminal that may have them.
 */
export function wantsColor(isTerminal: boolean, env: Readonly<Record<string, string | undefined>>): boolean {
  const { NO_COLOR: no = '', FORCE_COLOR: force = '', TERM: terminal } = env;
  if (no !== '') return false;
  return force === '' ? isTerminal && terminal !== 'dumb' : force !== '0' && force !== 'false';
}

/** Returns the terminal's colors, or none. */
export function colorsIf(wanted: boolean): Colors {
  return wanted ? terminalColors : noColors;
}
