/** Returns the line of a revision file that declares dependencies, with a comment about their reason. */
export function dependsOnLine(revisions: readonly string[], reason: string): string {
  const ids = [...new Set(revisions)].toSorted();
  return `dependsOn: [${ids.map((id) => `'${id}'`).join(', ')}], // ${reason}`;
}
