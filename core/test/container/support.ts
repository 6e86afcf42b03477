import type { BindContext } from '../../src/contract/bind.ts';
import { definePlugin } from '../../src/contract/define-plugin.ts';
import type { ContainerPlugin } from '../../src/container/container-plugin.ts';

/** An active plugin of whose running half only `bind` matters. */
export function plugin(
  name: string,
  bind?: (context: BindContext) => void,
  exports?: readonly { readonly name: string }[],
): ContainerPlugin {
  return {
    name,
    package: `@acme/headwater-${name}`,
    running: definePlugin<unknown>({ name, ...(bind !== undefined && { bind }) }),
    options: {},
    ...(exports !== undefined && { exports: Object.fromEntries(exports.map((value) => [value.name, value])) }),
  };
}
