/** Returns the sections of a golden file by their titles. */
export function sectionsIn(text: string): ReadonlyMap<string, string> {
  return new Map(
    text
      .split(/^-- # /m)
      .slice(1)
      .map((section) => {
        const end = section.indexOf('\n');
        return [section.slice(0, end), section.slice(end).trim()];
      }),
  );
}
