import { inject, injectable } from 'inversify';
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

/** What was injected into a class that is only there to be injected into. */
export class Needy {
  readonly needs: readonly unknown[];

  constructor(...needs: readonly unknown[]) {
    this.needs = needs;
  }
}

/**
 * A class that is decorated as `tsc` would do it, each parameter with `@inject`: Node, which strips types, takes no
 * decorators. That what tsc itself makes works too is proven by a fixture.
 */
export function decorated(...needs: readonly { readonly id: symbol }[]): new () => Needy {
  const constructor = class extends Needy {};
  injectable()(constructor);
  needs.forEach(({ id }, i) => inject(id)(constructor, undefined as never, i as never));
  return constructor;
}
