/** Internal door `@headwater/kernel/internal/runtime`, for `@headwater/dev` alone: the switches of this process. */
export { speedUpModuleLookup } from '../runtime/module-lookup.ts';
export { allowSources } from '../runtime/source-condition.ts';
