/** The line width of a source file, which the formatter of this workspace and most others use. */
export const lineWidth = 120;

/** Breaks a text at spaces into lines of at most `width` characters. A longer word gets its own line. */
export function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter((one) => one !== '')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Formats a doc comment, on one line if it fits. */
export function docComment(text: string): string {
  // The text must not contain the end of a comment.
  const safe = text.replaceAll('*/', '* /');
  const [only = '', ...others] = wrapped(safe, lineWidth - '/**  */'.length);
  if (others.length === 0) return `/** ${only} */`;
  return ['/**', ...wrapped(safe, lineWidth - ' * '.length).map((line) => ` * ${line}`), ' */'].join('\n');
}
