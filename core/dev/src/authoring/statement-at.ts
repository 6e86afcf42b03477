/** Returns the statement of a script at a position that the server reports, in characters, shortened for a message. */
export function statementAt(sql: string, position: number): string {
  const text = [...sql];
  const from = text.slice(0, position).join('').lastIndexOf(';\n') + 1;
  return (text.slice(from).join('').split(';\n')[0] ?? '').trim().slice(0, 200);
}
