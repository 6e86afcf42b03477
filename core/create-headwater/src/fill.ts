/** A text file of a template, after it was filled. */
export interface TextFile {
  /** Relative to the folder that is created, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** The names that replace those of the templates. */
export interface Names {
  /** The plugin, in place of `my-plugin`. */
  readonly plugin: string;
  /** The application, in place of `my-app`. Default: the template has none. */
  readonly app?: string;
  /** The version of the packages `@headwater/*`, whose ranges begin there. */
  readonly version: string;
}

/**
 * Returns a file of a template with the names of the user. Templates are real packages named `my-plugin` and `my-app`, so
 * every spelling of these names is replaced: `my-plugin`, `my_plugin` in SQL, `myPlugin` and `MyPlugin` in code.
 */
export function filled({ path, text }: TextFile, { plugin, app = 'my-app', version }: Names): TextFile {
  const camel = plugin.replaceAll(/-+([a-z0-9]?)/g, (_, letter: string) => letter.toUpperCase());
  const spellings: Readonly<Record<string, string>> = {
    'my-plugin': plugin,
    my_plugin: plugin.replaceAll('-', '_'),
    myPlugin: camel,
    MyPlugin: `${camel.charAt(0).toUpperCase()}${camel.slice(1)}`,
    'my-app': app,
  };
  // A single pass, since a given name may contain one that is replaced.
  const named = text.replaceAll(/my-plugin|my_plugin|myPlugin|MyPlugin|my-app/g, (name) => spellings[name] ?? name);
  const ranged = named.replaceAll(/("@headwater\/[\w-]+": )"\^[^"]+"/g, `$1"^${version}"`);
  return { path, text: path.endsWith('package.json') ? ranged : named };
}
