import type { StandardSchema } from '@headwater/kernel/plugin';
import { HttpError, issuePointer } from './problem.ts';
import type { Route } from './route.ts';

/** The parts of a request that a route can validate. */
const parts = ['params', 'query', 'body'] as const;

/** A request's parts, before or after validation. */
export type Parts = Readonly<Record<(typeof parts)[number], unknown>>;

/** Validates the parts of a request by the schemas of its route. Throws an HttpError that lists every invalid value. */
export async function validateParts(route: Route, given: Parts): Promise<Parts> {
  const errors: { pointer: string; detail: string }[] = [];
  const valid: Record<keyof Parts, unknown> = { ...given };
  for (const part of parts) {
    const schema: StandardSchema | undefined = route[part];
    if (schema === undefined) continue;
    // Without a body the object of its fields is empty, so the issues name the missing fields.
    const result = await schema['~standard'].validate(given[part] ?? {});
    if (result.issues === undefined) valid[part] = result.value;
    else
      errors.push(
        ...result.issues.map((issue) => ({ pointer: issuePointer(`/${part}`, issue), detail: issue.message })),
      );
  }
  if (errors.length === 0) return valid;
  const isAddress = errors.every(({ pointer }) => pointer.startsWith('/params'));
  // An address with an impossible parameter is the address of nothing.
  if (isAddress) throw new HttpError(404, 'there is nothing at this address', { errors });
  // The pointer's first part is the part of the request.
  const reasons = errors.map(({ pointer, detail }) => `${pointer.split('/').slice(2).join('.')}: ${detail}`);
  throw new HttpError(400, reasons.join('; '), { errors });
}
