/** An entity, as text for `src/entities.ts`. */
export interface EntityText {
  readonly table: string;
  /** Source by name. Beside them it has an `id`, unless it extends another entity. */
  readonly properties?: Readonly<Record<string, string>>;
  /** Name of the entity that it extends. */
  readonly base?: string;
  /** Further fields of `defineEntity`, as source. */
  readonly rest?: string;
}

/** What a plugin's `src/entities.ts` says. */
export interface EntitiesText {
  /** Names by the plugin that they are imported from. */
  readonly imports?: Readonly<Record<string, string>>;
  /** By name. */
  readonly entities?: Readonly<Record<string, EntityText>>;
  /** Properties, as source, by the name of the entity that they are added to. */
  readonly extend?: Readonly<Record<string, string>>;
}

/** The source of a plugin's `src/entities.ts`. */
export function entitiesText({ imports = {}, entities = {}, extend = {} }: EntitiesText): string {
  return [
    ...Object.entries(imports).map(([plugin, names]) => `import { ${names} } from '@headwater/plugin-${plugin}';`),
    ...Object.entries(entities).map(([name, text]) => entityText(name, text)),
    `export const entities = [${Object.keys(entities).join(', ')}];`,
    `export const extend = [${Object.entries(extend)
      .map(([name, properties]) => `extendEntity(${name}, { ${properties} })`)
      .join(', ')}];`,
  ].join('\n');
}

function entityText(name: string, { table, properties = {}, base, rest = '' }: EntityText): string {
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
