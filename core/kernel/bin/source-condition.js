import { isBuiltin, registerHooks } from 'node:module';

let registered = false;

/**
 * Lets workspaces run from their sources. A package that Node finds inside `node_modules` is used unchanged. A package
 * outside of it (a linked workspace), or one that Node does not find (a workspace that was never built), is resolved
 * again with the condition `headwater-source`. The condition therefore never applies to published packages, even if
 * they define it. Further calls do nothing.
 *
 * @returns {void}
 */
export function registerSourceCondition() {
  if (registered) return;
  registered = true;
  // A name resolves to the same module in all files of a folder, and hundreds of revisions import the same name, so
  // results are cached by folder.
  /** @type {Map<string, import('node:module').ResolveFnOutput>} */
  const known = new Map();
  registerHooks({
    resolve(specifier, context, nextResolve) {
      // Conditions affect only names that a package.json resolves, not paths, URLs or Node's own modules.
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
  // The process may already have the condition, as Vitest's workers do. It is removed for the first attempt, because
  // published packages ship no sources.
  const published = {
    ...context,
    conditions: context.conditions.filter((condition) => condition !== 'headwater-source'),
  };
  // Node caches resolutions by name and parent, ignoring conditions, and would return the first result again. Adding a
  // fragment turns the same path into a different parent.
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
