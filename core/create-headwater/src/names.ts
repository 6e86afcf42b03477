/** The name of plugin zero, and those of the plugins that every new application has. */
const taken: ReadonlySet<string> = new Set(['core', 'http', 'site', 'accounts']);

/** Returns what is wrong with the name of a new plugin; `null` if it may be used. */
export function pluginNameProblem(name: string): string | null {
  if (!/^[a-z][a-z0-9-]{0,38}$/.test(name)) {
    return 'a name begins with a letter and has up to 39 lower-case letters, digits and hyphens';
  }
  return taken.has(name) ? 'a plugin of every new application has this name' : null;
}

/** Returns what is wrong with the name of a new application; `null` if it may be used. */
export function appNameProblem(name: string): string | null {
  // Within the rules of npm, and short enough for the title of a page.
  return /^[a-z0-9][a-z0-9._-]{0,59}$/.test(name)
    ? null
    : 'a name begins with a letter or digit and has up to 60 lower-case letters, digits, dots, hyphens and underscores';
}
