import { ContainerModule } from 'inversify';
import { shortMessage } from '../error/short-message.ts';
import { KernelError } from '../error/kernel-error.ts';
import { openBindContext, type OpenBindContext } from './bind-context.ts';
import type { ContainerPlugin } from './container-plugin.ts';
import { bindError } from './errors.ts';
import { addBindings, type Registry } from './registry.ts';
import type { Resolver } from './resolver.ts';

/**
 * Runs a plugin's `bind` as a separate Inversify module. Creates no values. If `bind` fails halfway, everything that it
 * has registered is removed. Throws PLUGIN_BIND_FAILED, and any error that a registration throws.
 */
export function runBind(registry: Registry, resolver: Resolver, plugin: ContainerPlugin): void {
  const module = new ContainerModule((inversify) => {
    const opened = openBindContext(registry, resolver, plugin, inversify);
    assertSynchronousBind(plugin, callBind(plugin, opened));
    addBindings(registry, opened.registered());
  });
  try {
    registry.inversify.load(module);
  } catch (error) {
    registry.inversify.unload(module);
    if (error instanceof KernelError) throw error;
    throw bindError(plugin, shortMessage(error), error);
  }
}

/** Calls `bind` and returns its result, which should be `undefined`. */
function callBind({ definition, options }: ContainerPlugin, { context, close }: OpenBindContext): unknown {
  try {
    // The plugin's own schema returned these options; the type of ContainerPlugin cannot express that.
    return definition.bind?.({ ...context, config: options as never });
  } finally {
    close();
  }
}

function assertSynchronousBind(plugin: ContainerPlugin, result: unknown): void {
  if (!(result instanceof Promise)) return;
  // A later rejection of this promise must not end the process after the error has been reported.
  result.catch(() => {});
  throw bindError(
    plugin,
    'bind() returned a promise; it must register everything synchronously, and slow work belongs in start()',
  );
}
