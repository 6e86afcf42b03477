import { inject, injectable } from 'inversify';
import type { BindContext } from '../../src/contract/bind.ts';
import { definePlugin } from '../../src/contract/define-plugin.ts';
import type { ContainerPlugin } from '../../src/container/container-plugin.ts';

/** Creates an active plugin whose definition has only a `bind`. */
export function plugin(
  name: string,
  bind?: (context: BindContext) => void,
  exports?: readonly { readonly name: string }[],
): ContainerPlugin {
  return {
    name,
    package: `@acme/headwater-${name}`,
    definition: definePlugin<unknown>({ name, ...(bind !== undefined && { bind }) }),
    options: {},
    ...(exports !== undefined && { exports: Object.fromEntries(exports.map((value) => [value.name, value])) }),
  };
}

/** A class that stores everything injected into it. */
export class Needy {
  readonly needs: readonly unknown[];

  constructor(...needs: readonly unknown[]) {
    this.needs = needs;
  }
}

/**
 * Creates a class that is decorated the way `tsc` does it, each parameter with `@inject`. Node strips types but does
 * not support decorators. A fixture covers classes that `tsc` itself compiles.
 */
export function decorated(...needs: readonly { readonly id: symbol }[]): new () => Needy {
  const constructor = class extends Needy {};
  injectable()(constructor);
  needs.forEach(({ id }, i) => inject(id)(constructor, undefined as never, i as never));
  return constructor;
}
