import { codeEntry } from '../code-entry.ts';
import { exitCode } from '../exit-code.ts';
import { quoted } from '../quoted.ts';

/** Something being made: the value of a token, or a contribution to a point. */
export interface MakingStep {
  readonly name: string;
  readonly plugin: string;
  readonly what: 'token' | 'contribution';
}

/** When a refusal came: while plugins registered, before any connection; or when something was asked for. */
export type ContainerPhase = 'bind' | 'get';

const stepText = ({ name, plugin, what }: MakingStep): string =>
  what === 'token' ? `"${name}" (${plugin})` : `a contribution to "${name}" (${plugin})`;

const pathText = (path: readonly MakingStep[]): string => path.map(stepText).join(' -> ');

const by = (plugin: string | null): string => (plugin === null ? 'the application' : `the plugin "${plugin}"`);

const onTheWay = (chain: readonly MakingStep[]): string =>
  chain.length === 0 ? '' : `, on the way ${pathText(chain)}`;

const meant = (nearest: string | null): string => (nearest === null ? '' : `; the nearest is "${nearest}"`);

const atGet = (): string => 'The database is at its heads; what plugins themselves wrote is their own.';

const byPhase = ({ phase }: { phase: ContainerPhase }): string => (phase === 'bind' ? 'Nothing was written.' : atGet());

const async =
  'A value is made at once, when it is asked for. What takes time belongs in start(), where it has a time limit: bind ' +
  'an object there is, and let start() fill it.';

/** Refusals of the container: who binds, decorates and contributes what, and who asks for it. */
export const containerCodes = {
  PLUGIN_BIND_FAILED: codeEntry({
    exit: exitCode.pluginNotLoadable,
    message: (d: { plugin: string; package: string; reason: string }) =>
      `The plugin "${d.plugin}" (${d.package}) failed in phase "bind": ${d.reason}.`,
    hint: (d) => `Run again with --debug for its stack. Without it: npx kernel plugin:disable ${d.plugin}`,
  }),
  TOKEN_INVALID: codeEntry({
    exit: exitCode.pluginNotLoadable,
    message: (d: {
      plugin: string | null;
      phase: ContainerPhase;
      wanted: 'token' | 'contribution point';
      found: string;
    }) => `In phase "${d.phase}" ${by(d.plugin)} gave ${d.found} where a ${d.wanted} is expected.`,
    hint: (d) =>
      d.wanted === 'token'
        ? "A token is made by token<Likes>('likes'); its name is a plugin's, or a plugin's, a dot and a word: " +
          '"likes.votes". A class is never a token, and undefined is what two modules that import each other see.'
        : "A point is made by contributionPoint<Route>('http.routes'); its name is a plugin's, a dot and a word.",
    written: byPhase,
  }),
  TOKEN_OWNED_TWICE: codeEntry({
    exit: exitCode.incompatible,
    message: (d: { token: string; owner: string; plugin: string }) =>
      d.owner === d.plugin
        ? `The plugin "${d.plugin}" binds the token "${d.token}" twice.`
        : `The token "${d.token}" has two owners: the plugin "${d.owner}", whose name it bears, and the plugin ` +
          `"${d.plugin}", which binds it.`,
    hint: (d) =>
      d.owner === d.plugin
        ? 'Keep one of the two: a token has one value. For a list of things use a contribution point.'
        : `Name it "${d.plugin}.…" if it is a service of "${d.plugin}". To change what "${d.owner}" bound, use ` +
          'decorate(token, wrap); to add to it, contribute to one of its points.',
  }),
  TOKEN_UNBOUND: codeEntry({
    exit: exitCode.incompatible,
    message: (d: {
      token: string;
      plugin: string | null;
      phase: ContainerPhase;
      /** What was being made when it was asked for, outermost first. */
      chain: readonly MakingStep[];
      owner: string;
      /** Of the plugin whose token it is: `disabled` is listed in the config with `"$enabled": false`. */
      state: 'active' | 'disabled' | 'absent';
      nearest: string | null;
    }) => {
      const why = {
        active: `is active, and does not bind it${meant(d.nearest)}`,
        disabled: 'is switched off in the config ("$enabled": false)',
        absent: 'is not active',
      }[d.state];
      return (
        `Nothing is bound to the token "${d.token}", which ${by(d.plugin)} ${d.phase === 'bind' ? 'decorates' : 'asks for'}` +
        `${onTheWay(d.chain)}: its plugin, "${d.owner}", ${why}.`
      );
    },
    hint: (d) =>
      d.state === 'active'
        ? `Correct the name, upgrade the package of "${d.owner}", or write in its bind(): bind(…).to(…)`
        : `Activate it: npx kernel plugin:enable ${d.owner}. A plugin that can do without asks with get.optional(…) or ` +
          '@optional(); one that cannot names its package under peerDependencies.',
    written: byPhase,
  }),
  TOKEN_PRIVATE: codeEntry({
    exit: exitCode.incompatible,
    message: (d: { name: string; owner: string; plugin: string; phase: ContainerPhase; nearest: string | null }) =>
      `"${d.name}" is private: the plugin "${d.owner}" does not export it, and the plugin "${d.plugin}" ` +
      `${d.phase === 'bind' ? 'decorates it or contributes to it' : 'asks for it'}${meant(d.nearest)}.`,
    hint: (d) =>
      `What a plugin offers is what its module exports. Export it from the main module of "${d.owner}", or do without.`,
    written: byPhase,
  }),
  TOKEN_CYCLE: codeEntry({
    exit: exitCode.incompatible,
    message: (d: { path: readonly MakingStep[] }) => `These need each other in order to be made: ${pathText(d.path)}.`,
    hint: () =>
      'Each arrow reads «needs, while it is made». Let one of them keep `get` and ask when it is used; or let one give ' +
      'the other what it needs through a contribution point.',
    written: atGet,
  }),
  TOKEN_ASYNC: codeEntry({
    exit: exitCode.pluginNotLoadable,
    message: (d: { plugin: string; step: MakingStep }) =>
      `The plugin "${d.plugin}" makes ${stepText(d.step)} a promise.`,
    hint: () => async,
    written: atGet,
  }),
  TOKEN_FAILED: codeEntry({
    exit: exitCode.pluginNotLoadable,
    message: (d: {
      token: string;
      plugin: string;
      act: 'make' | 'decorate';
      chain: readonly MakingStep[];
      reason: string;
    }) => `The plugin "${d.plugin}" could not ${d.act} "${d.token}"${onTheWay(d.chain)}: ${d.reason}.`,
    hint: (d) => `Run again with --debug for its stack. Without it: npx kernel plugin:disable ${d.plugin}`,
    written: atGet,
  }),
  CONTRIBUTION_COLLISION: codeEntry({
    exit: exitCode.incompatible,
    message: (d: { point: string; key: string; owners: readonly [string, string]; phase: ContainerPhase }) =>
      `Two contributions to "${d.point}" have the key ${quoted(d.key)}: ` +
      (d.owners[0] === d.owners[1]
        ? `both are of the plugin "${d.owners[0]}".`
        : `one of the plugin "${d.owners[0]}", one of the plugin "${d.owners[1]}".`),
    hint: (d) => `Change one of the two keys, or do without a plugin: npx kernel plugin:disable ${d.owners[1]}`,
    written: byPhase,
  }),
  CONTRIBUTION_FAILED: codeEntry({
    exit: exitCode.pluginNotLoadable,
    message: (d: { point: string; plugin: string; chain: readonly MakingStep[]; reason: string }) =>
      `The plugin "${d.plugin}" could not make its contribution to "${d.point}"${onTheWay(d.chain)}: ${d.reason}.`,
    hint: (d) => `Run again with --debug for its stack. Without it: npx kernel plugin:disable ${d.plugin}`,
    written: atGet,
  }),
};
