/** What one activated plugin brings. */
export interface EntitySource {
  readonly name: string;
  readonly package: string;
  /** The plugins that it requires, by name, plugin zero included: what its entities may refer to. */
  readonly requires: readonly string[];
  /** `entities` of its definition. */
  readonly entities: readonly unknown[];
  /** `extend` of its definition. */
  readonly extend: readonly unknown[];
}

/** A plugin, as the details of an error name it. */
export function who({ name, package: of }: EntitySource): { readonly plugin: string; readonly package: string } {
  return { plugin: name, package: of };
}

/** A plugin and the name under which it claims something, as the details of an error name them. */
export function claim(name: string, source: EntitySource): ReturnType<typeof who> & { readonly name: string } {
  return { name, ...who(source) };
}
