/** An entity of a generated `src/entities.js`. */
export interface EntitySketch {
  readonly table: string;
  /** Property sources by name. The entity also gets an `id`, unless it extends another entity. */
  readonly properties?: Readonly<Record<string, string>>;
  /** Name of the entity that it extends. */
  readonly base?: string;
  /** Further fields of `defineEntity`, as source. */
  readonly rest?: string;
}

/** The content of a generated `src/entities.js`. */
export interface EntitiesSketch {
  /** Imported names, by the plugin that exports them. */
  readonly imports?: Readonly<Record<string, string>>;
  /** By name. */
  readonly entities?: Readonly<Record<string, EntitySketch>>;
  /** Property sources, by the name of the entity that they are added to. */
  readonly extend?: Readonly<Record<string, string>>;
}

/** Returns the source of a plugin's `src/entities.js`, as `makeProject` takes it. */
export function entitiesSource({ imports = {}, entities = {}, extend = {} }: EntitiesSketch): string {
  return [
    ...Object.entries(imports).map(([plugin, names]) => `import { ${names} } from '@headwater/plugin-${plugin}';`),
    ...Object.entries(entities).map(([name, entity]) => entitySource(name, entity)),
    `export const entities = [${Object.keys(entities).join(', ')}];`,
    `export const extend = [${Object.entries(extend)
      .map(([name, properties]) => `extendEntity(${name}, { ${properties} })`)
      .join(', ')}];`,
  ].join('\n');
}

function entitySource(name: string, { table, properties = {}, base, rest = '' }: EntitySketch): string {
  const all = { ...(base === undefined && { id: 'p.integer().primary()' }), ...properties };
  const fields = Object.entries(all).map(([property, source]) => `${property}: ${source}`);
  const extending = base === undefined ? '' : `extends: ${base}, `;
  return [
    `const ${name}Schema = defineEntity({ name: '${name}', tableName: '${table}', ${extending}${rest}`,
    `  properties: { ${fields.join(', ')} } });`,
    `export class ${name} extends ${name}Schema.class {}`,
    `${name}Schema.setClass(${name});`,
  ].join('\n');
}
