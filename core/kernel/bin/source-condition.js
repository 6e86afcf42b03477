import { isBuiltin, registerHooks } from 'node:module';

let registered = false;

/**
 * From now on, lets a workspace run from its sources: what Node finds inside `node_modules` stands; what it finds outside
 * (a linked workspace), or does not find (a workspace that was never built), it looks up again with the condition
 * `headwater-source`. Published packages therefore never see the condition, whatever they keep under it. Calling it again
 * changes nothing.
 *
 * @returns {void}
 */
export function registerSourceCondition() {
  if (registered) return;
  registered = true;
  // A name leads to the same module from everywhere in a folder, and hundreds of revisions ask for one and the same.
  /** @type {Map<string, import('node:module').ResolveFnOutput>} */
  const known = new Map();
  registerHooks({
    resolve(specifier, context, nextResolve) {
      // Conditions only matter to names that a package.json resolves, not to paths, URLs and Node's own modules.
      if (/^(\.{0,2}\/|\.{1,2}$|[a-z][a-z0-9+.-]+:)/i.test(specifier) || isBuiltin(specifier)) {
        return nextResolve(specifier, context);
      }
      const { parentURL = '', conditions } = context;
      const place = [specifier, parentURL.slice(0, parentURL.lastIndexOf('/')), ...conditions].join(' ');
      let found = known.get(place);
      if (found === undefined) known.set(place, (found = resolveName(specifier, context, nextResolve)));
      return { ...found, shortCircuit: true };
    },
  });
}

/** @type {import('node:module').ResolveHookSync} */
function resolveName(specifier, context, nextResolve) {
  // A process may have it from elsewhere, as Vitest's workers do, and published packages ship no sources.
  const published = {
    ...context,
    conditions: context.conditions.filter((condition) => condition !== 'headwater-source'),
  };
  // Node keeps what it resolved by name and parent, whatever the conditions were, and gives the first answer again.
  // Another fragment makes another parent of the same path.
  const withSource = {
    ...context,
    conditions: [...published.conditions, 'headwater-source'],
    parentURL: context.parentURL && `${context.parentURL}#headwater-source`,
  };
  let stock;
  try {
    stock = nextResolve(specifier, published);
  } catch (failure) {
    try {
      return nextResolve(specifier, withSource);
    } catch {
      throw failure;
    }
  }
  return stock.url.includes('/node_modules/') ? stock : nextResolve(specifier, withSource);
}
