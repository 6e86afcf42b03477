import { defineError } from '../define-error.ts';
import { exitCode } from '../exit-code.ts';
import { quoteInput } from '../quote-input.ts';

/** A value that is being created, either for a token or as a contribution to a point. */
export interface ResolutionStep {
  readonly name: string;
  readonly plugin: string;
  readonly what: 'token' | 'contribution';
}

/** The phase of an error: `bind` runs before any connection, `get` resolves a token or a contribution point. */
export type ContainerPhase = 'bind' | 'get';

/** Whether a plugin is active, listed in the config with `"$enabled": false`, or not listed. */
export type PluginState = 'active' | 'disabled' | 'absent';

const stepText = ({ name, plugin, what }: ResolutionStep): string =>
  what === 'token' ? `"${name}" (${plugin})` : `a contribution to "${name}" (${plugin})`;

const pathText = (path: readonly ResolutionStep[]): string => path.map(stepText).join(' -> ');

const asker = (plugin: string | null): string => (plugin === null ? 'the application' : `the plugin "${plugin}"`);

const Asker = (plugin: string | null): string => (plugin === null ? 'The application' : `The plugin "${plugin}"`);

const neededFor = (chain: readonly ResolutionStep[]): string =>
  chain.length === 0 ? '' : `, needed for ${pathText(chain)}`;

const endWith = (nearest: string | null): string => (nearest === null ? '.' : `; did you mean "${nearest}"?`);

const afterUpgrade = (): string => 'The database is at its heads; plugins may have written data.';

const byPhase = ({ phase }: { phase: ContainerPhase }): string =>
  phase === 'bind' ? 'Nothing was written.' : afterUpgrade();

/** The text of Inversify's error for a class whose parameters have no metadata that it can read. */
const missingMetadata = 'unexpected missing metadata';

/** `inversify` is the version that the plugin imports; `null` if it is not known. */
const debugOrDisable = ({
  plugin,
  reason = '',
  inversify = null,
}: {
  plugin: string;
  reason?: string;
  inversify?: string | null;
}): string => (reason.includes(missingMetadata) ? injectParameters(plugin, inversify) : disable(plugin));

const injectParameters = (plugin: string, inversify: string | null): string =>
  'Each parameter of the constructor needs @inject(token.id), from Inversify 8 or 7.11. Decorators of Inversify 6 and of 7.0 ' +
  'write other metadata, which the kernel cannot read. ' +
  (inversify === null
    ? 'To see which version the plugin has: npm ls inversify'
    : `The plugin "${plugin}" imports Inversify ${inversify}.`);

const disable = (plugin: string): string =>
  `Run the command again with --debug to see the stack. To start without the plugin: npx kernel plugin:disable ${plugin}`;

/** Errors of the container: registering and resolving bindings, decorations and contributions. */
export const containerCodes = {
  PLUGIN_BIND_FAILED: defineError({
    exit: exitCode.pluginNotLoadable,
    message: (d: { plugin: string; package: string; reason: string; inversify: string | null }) =>
      `The plugin "${d.plugin}" (${d.package}) failed in phase "bind": ${d.reason}.`,
    hint: (d) =>
      d.plugin === 'host' ? 'Correct the `bind` of start(). The cause of this error has the stack.' : debugOrDisable(d),
  }),
  TOKEN_INVALID: defineError({
    exit: exitCode.pluginNotLoadable,
    message: (d: {
      plugin: string | null;
      phase: ContainerPhase;
      wanted: 'token' | 'contribution point';
      found: string;
    }) => `In phase "${d.phase}" ${asker(d.plugin)} passed ${d.found} where a ${d.wanted} is expected.`,
    hint: (d) =>
      d.wanted === 'token'
        ? "Make a token with token<Likes>('likes'). Its name is the plugin's name, optionally followed by a dot and a " +
          'word: "likes.votes". A class is not a token. undefined usually means that two modules import each other.'
        : "Make a point with contributionPoint<Route>('http.routes'). Its name is the plugin's name, a dot and a word.",
    written: byPhase,
  }),
  TOKEN_OWNED_TWICE: defineError({
    exit: exitCode.incompatible,
    message: (d: { token: string; owner: string; plugin: string }) =>
      d.owner === d.plugin
        ? `The plugin "${d.plugin}" binds the token "${d.token}" twice.`
        : `The plugin "${d.plugin}" binds the token "${d.token}", which by its name belongs to the plugin "${d.owner}".`,
    hint: (d) =>
      d.owner === d.plugin
        ? 'Remove one of the bindings: a token has one value. For a list of values use a contribution point.'
        : `If it is a service of "${d.plugin}", name it "${d.plugin}.…". To change the value that "${d.owner}" binds, use ` +
          'decorate(token, wrap). To add to it, contribute to one of its contribution points.',
  }),
  TOKEN_UNBOUND: defineError({
    exit: exitCode.incompatible,
    message: (d: {
      token: string;
      plugin: string | null;
      phase: ContainerPhase;
      /** The values that were being created, outermost first. */
      chain: readonly ResolutionStep[];
      owner: string;
      /** The state of the plugin that owns the token. */
      state: PluginState;
      nearest: string | null;
    }) => {
      const reason = {
        active: `is active but does not bind it${endWith(d.nearest)}`,
        disabled: 'is disabled in the config ("$enabled": false).',
        absent: 'is not active.',
      }[d.state];
      const act = d.phase === 'bind' ? 'decorates' : 'asked for';
      return (
        `${Asker(d.plugin)} ${act} the token "${d.token}"${neededFor(d.chain)}, but nothing is bound to it: ` +
        `its plugin, "${d.owner}", ${reason}`
      );
    },
    hint: (d) =>
      d.state === 'active'
        ? `Correct the name, upgrade the package of "${d.owner}", or write in its bind(): bind(…).to(…)`
        : `Activate it: npx kernel plugin:enable ${d.owner}. If your plugin works without it, use get.optional(…) or ` +
          '@optional(). If not, list its package under peerDependencies.',
    written: byPhase,
  }),
  TOKEN_PRIVATE: defineError({
    exit: exitCode.incompatible,
    message: (d: { name: string; owner: string; plugin: string; phase: ContainerPhase; nearest: string | null }) =>
      `"${d.name}" is private: the plugin "${d.owner}" does not export it, but the plugin "${d.plugin}" ` +
      `${d.phase === 'bind' ? 'decorates it or contributes to it' : 'asked for it'}${endWith(d.nearest)}`,
    hint: (d) =>
      `Only exports of a plugin's main module are public. Export it from the main module of "${d.owner}", or do not use it.`,
    written: byPhase,
  }),
  TOKEN_CYCLE: defineError({
    exit: exitCode.incompatible,
    message: (d: { path: readonly ResolutionStep[] }) => `These values depend on each other: ${pathText(d.path)}.`,
    hint: () =>
      'Each arrow means "needs while being created". Let one of them store `get` and call it when the value is used, or ' +
      'let one pass the value to the other through a contribution point.',
    written: afterUpgrade,
  }),
  TOKEN_ASYNC: defineError({
    exit: exitCode.pluginNotLoadable,
    message: (d: { plugin: string; step: ResolutionStep }) =>
      `The plugin "${d.plugin}" returned a promise for ${stepText(d.step)}.`,
    hint: () =>
      'Values are made synchronously. Slow work belongs in start(), which has a time limit: bind an object, and let ' +
      'start() initialize it.',
    written: afterUpgrade,
  }),
  TOKEN_FAILED: defineError({
    exit: exitCode.pluginNotLoadable,
    message: (d: {
      token: string;
      plugin: string;
      act: 'create' | 'decorate';
      chain: readonly ResolutionStep[];
      reason: string;
    }) => `The plugin "${d.plugin}" could not ${d.act} "${d.token}"${neededFor(d.chain)}: ${d.reason}.`,
    hint: debugOrDisable,
    written: afterUpgrade,
  }),
  CONTRIBUTION_COLLISION: defineError({
    exit: exitCode.incompatible,
    message: (d: { point: string; key: string; owners: readonly [string, string]; phase: ContainerPhase }) =>
      `Two contributions to "${d.point}" have the key ${quoteInput(d.key)}: ` +
      (d.owners[0] === d.owners[1]
        ? `both are from the plugin "${d.owners[0]}".`
        : `one from the plugin "${d.owners[0]}" and one from the plugin "${d.owners[1]}".`),
    hint: (d) => `Change one of the keys, or disable one of the plugins: npx kernel plugin:disable ${d.owners[1]}`,
    written: byPhase,
  }),
  CONTRIBUTION_FAILED: defineError({
    exit: exitCode.pluginNotLoadable,
    message: (d: { point: string; plugin: string; chain: readonly ResolutionStep[]; reason: string }) =>
      `The plugin "${d.plugin}" could not create its contribution to "${d.point}"${neededFor(d.chain)}: ${d.reason}.`,
    hint: debugOrDisable,
    written: afterUpgrade,
  }),
};
