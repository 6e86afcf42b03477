import type { StandardSchema } from '@headwater/kernel/plugin';
import type { OwnedRoute, Route } from './route.ts';

/** A JSON Schema. */
type JsonSchema = Readonly<Record<string, unknown>>;

/** The document at `/openapi.json`: OpenAPI 3.1, whose schemas are JSON Schema 2020-12. */
export interface OpenApiDocument {
  readonly openapi: '3.1.1';
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/**
 * Describes routes. A validator that cannot export its JSON Schema is described as `{}`, which accepts everything; `warn`
 * is called with a message that names the route.
 */
export function openApiOf(routes: readonly OwnedRoute[], warn: (message: string) => void): OpenApiDocument {
  const documented = routes.filter(({ item }) => item.documented !== false);
  const byPath = Map.groupBy(documented, ({ item }) => item.path.replaceAll(/:(\w+)/g, '{$1}'));
  const paths = Array.from(byPath, ([path, owned]) => {
    const operations = owned.map((one) => [one.item.method.toLowerCase(), operationOf(one, warn)]);
    return [path, Object.fromEntries(operations)] as const;
  });
  return {
    openapi: '3.1.1',
    info: { title: 'Headwater application', version: '1.0.0' },
    paths: Object.fromEntries(paths),
  };
}

function operationOf({ plugin, item }: OwnedRoute, warn: (message: string) => void): JsonSchema {
  const schemaOf = (part: 'params' | 'query' | 'body' | 'answer'): JsonSchema | null => {
    const schema = item[part];
    if (schema === undefined) return null;
    const exported = jsonSchemaOf(schema);
    if (exported === null) {
      warn(
        `${item.method} ${item.path} of the plugin "${plugin}": the validator of its ${part} exports no JSON Schema, ` +
          'so /openapi.json describes it as {}',
      );
    }
    return exported ?? {};
  };
  const body = schemaOf('body');
  const answer = schemaOf('answer');
  return {
    summary: item.about,
    tags: [plugin],
    parameters: [...pathParameters(item, schemaOf('params')), ...parametersIn('query', schemaOf('query'))],
    ...(body && { requestBody: { required: true, content: { 'application/json': { schema: body } } } }),
    responses: {
      '2XX': { description: 'Success', ...(answer && { content: { 'application/json': { schema: answer } } }) },
      '4XX': { description: 'A problem', content: { 'application/problem+json': { schema: problemSchema } } },
    },
  };
}

function jsonSchemaOf({ '~standard': { jsonSchema } }: StandardSchema): JsonSchema | null {
  try {
    return jsonSchema?.input({ target: 'draft-2020-12' }) ?? null;
  } catch {
    // The library cannot express this validator.
    return null;
  }
}

/** Every parameter of the path is listed, since OpenAPI requires it, even if nothing validates it. */
function pathParameters({ path }: Route, schema: JsonSchema | null): readonly JsonSchema[] {
  const described = propertiesOf(schema);
  return Array.from(path.matchAll(/:(\w+)/g), ([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: described[name] ?? {},
  }));
}

function parametersIn(place: 'query', schema: JsonSchema | null): readonly JsonSchema[] {
  const required = Array.isArray(schema?.['required']) ? schema['required'] : [];
  return Object.entries(propertiesOf(schema)).map(([name, property]) => ({
    name,
    in: place,
    required: required.includes(name),
    schema: property,
  }));
}

function propertiesOf(schema: JsonSchema | null): JsonSchema {
  const properties = schema?.['properties'];
  // A JSON Schema's properties are an object of schemas.
  return typeof properties === 'object' && properties !== null ? (properties as JsonSchema) : {};
}

const problemSchema: JsonSchema = {
  type: 'object',
  required: ['type', 'title', 'status'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['pointer', 'detail'],
        properties: { pointer: { type: 'string' }, detail: { type: 'string' } },
      },
    },
  },
};
