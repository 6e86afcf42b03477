import type { JsonSchema } from '../config/config-schema.ts';
import type { StandardSchema } from '../contract/standard-schema.ts';
import { isRecord } from './packages.ts';

/** The JSON Schema of what a plugin's schema accepts; `null` where its library has none for it. */
export function optionSchema(schema: StandardSchema): JsonSchema | null {
  try {
    const found: unknown = schema['~standard'].jsonSchema?.input({ target: 'draft-07' });
    return isRecord(found) ? found : null;
  } catch {
    // A library throws for what JSON Schema cannot say.
    return null;
  }
}
