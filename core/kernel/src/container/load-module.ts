import { ContainerModule } from 'inversify';
import { firstLine } from '../error/first-line.ts';
import { KernelError } from '../error/kernel-error.ts';
import type { ContainerPlugin } from './container-plugin.ts';
import { addEntries } from './entries.ts';
import { bindError } from './refusals.ts';
import { registrationOf, type Registration } from './registration.ts';
import type { Resolver } from './resolver.ts';
import type { Shelf } from './registry.ts';

/**
 * Lets a plugin register what it binds, decorates and contributes, as a module of its own. Nothing is made. Where it
 * fails half-way nothing of it stays. Throws PLUGIN_BIND_FAILED, and the refusals of what is registered.
 */
export function loadModule(shelf: Shelf, resolver: Resolver, plugin: ContainerPlugin): void {
  const module = new ContainerModule((inversify) => {
    const registration = registrationOf(shelf, resolver, plugin, inversify);
    assertNothingLater(plugin, bound(plugin, registration));
    addEntries(shelf.entries, registration.entries());
  });
  try {
    shelf.inversify.load(module);
  } catch (error) {
    shelf.inversify.unload(module);
    if (error instanceof KernelError) throw error;
    throw bindError(plugin, firstLine(error), error);
  }
}

/** What `bind` gives, which should be nothing. */
function bound({ running, options }: ContainerPlugin, { context, close }: Registration): unknown {
  try {
    // The options are what this very plugin's schema gave, which its loader cannot say in types.
    return running.bind?.({ ...context, config: options as never });
  } finally {
    close();
  }
}

function assertNothingLater(plugin: ContainerPlugin, result: unknown): void {
  if (!(result instanceof Promise)) return;
  // What it does after the refusal has been told must not end the process.
  result.catch(() => {});
  throw bindError(plugin, 'bind() gives a promise; it registers, at once, and what takes time belongs in start()');
}
