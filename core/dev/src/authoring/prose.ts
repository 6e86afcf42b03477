/** Columns of a line in a source file: what the formatter of this workspace and most others keep to. */
export const lineWidth = 120;

/** Breaks a text at words into lines of at most `width` characters; a longer word has a line of its own. */
export function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter((word) => word !== '')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** A doc comment: on one line where it fits. */
export function docComment(text: string): string {
  // What would end the comment must not.
  const safe = text.replaceAll('*/', '* /');
  const [only = '', ...others] = wrapped(safe, lineWidth - '/**  */'.length);
  if (others.length === 0) return `/** ${only} */`;
  return ['/**', ...wrapped(safe, lineWidth - ' * '.length).map((line) => ` * ${line}`), ' */'].join('\n');
}
