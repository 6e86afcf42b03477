/**
 * The last line of defence for everything that is printed: passwords in URLs, and values known to be secret, wherever a
 * foreign message may have carried them.
 */
export function redact(text: string, secrets: ReadonlySet<string>): string {
  let clean = text.replaceAll(/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/?#@"']*:)[^\s@"']+@/gi, '$1***@');
  for (const secret of secrets) clean = clean.replaceAll(secret, '***');
  return clean;
}

/** What of a database URL is secret, as written and decoded; too short a text would redact half of the output. */
export function secretsOf(url: string): readonly string[] {
  const found: string[] = [];
  try {
    const { password, searchParams } = new URL(url);
    found.push(password, decodeURIComponent(password), searchParams.get('password') ?? '');
  } catch {
    // A URL that cannot be read was refused before anything is printed of it.
  }
  return found.filter((secret) => secret.length >= 4);
}
