/** Functions that style text for a terminal. If the output is not a terminal, they return the text unchanged. */
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
  bold: styled(1, 22),
  dim: styled(2, 22),
  red: styled(31, 39),
  green: styled(32, 39),
  yellow: styled(33, 39),
});

/** Returns a function that puts text between two codes of a terminal (ECMA-48, Select Graphic Rendition). */
function styled(on: number, off: number): (text: string) => string {
  return (text) => `\u001b[${on}m${text}\u001b[${off}m`;
}

/** Removes the color codes from a text. */
export function withoutColors(text: string): string {
  return text.replaceAll(/\p{Cc}\[\d+m/gu, '');
}

/**
 * Whether to use colors. `NO_COLOR` (https://no-color.org) turns them off; otherwise `FORCE_COLOR` decides, then
 * whether the stream is a color terminal.
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
