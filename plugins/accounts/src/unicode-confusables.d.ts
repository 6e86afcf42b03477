/** The package's own declarations are in a file that the compiler does not find. */
declare module 'unicode-confusables' {
  /** Replaces each character with the one that it looks like, and removes invisible characters. */
  export function rectifyConfusion(text: string): string;
}
