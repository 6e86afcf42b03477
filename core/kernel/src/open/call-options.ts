import type { AcceptEditOptions } from './accept.ts';
import type { BootOptions } from './boot.ts';
import type { DriftOptions } from './drift.ts';
import type { GraphViewOptions } from './graph.ts';
import type { HistoryOptions } from './history.ts';
import type { Kernel } from './open.ts';
import type { HostInlinePlugin, HostPackage, OpenOptions } from './open-options.ts';
import {
  anything,
  assertArgument,
  assertJson,
  assertOptions,
  callable,
  count,
  flag,
  list,
  log,
  object,
  observer,
  purpose,
  seconds,
  signal,
  target,
  targets,
  text,
  texts,
  type OptionKind,
  type OptionKinds,
} from './option-kinds.ts';
import type { PlanOptions } from './plan.ts';
import type { RenameOptions } from './rename.ts';
import type { RunsOptions } from './runs.ts';
import type { ShowOptions } from './show.ts';
import type { SqlOptions } from './sql.ts';
import type { StartOptions } from './start.ts';
import type { ReadOptions } from './status.ts';
import type { StampOptions, WriteOptions } from './migrations.ts';

const reading: OptionKinds<ReadOptions> = { signal };
const writing: OptionKinds<WriteOptions> = { signal, observer, exclusive: flag };
const range: OptionKinds<Pick<HistoryOptions, 'offline' | 'signal'>> = { signal, offline: flag };
const plan: OptionKinds<PlanOptions> = { signal, to: targets, down: target, run: text, cascade: flag, sql: flag };
const sql: OptionKinds<SqlOptions> = { signal, from: targets, current: flag, to: targets, down: target, cascade: flag };
const history: OptionKinds<HistoryOptions> = { signal, plugin: text, from: target, to: target, offline: flag };
const graph: OptionKinds<GraphViewOptions> = { ...range, plugin: text, around: text, fold: flag, keep: texts };
const show: OptionKinds<ShowOptions> = { signal, applied: flag, offline: flag };
const drift: OptionKinds<DriftOptions> = { signal, definitions: flag, shadow: text };
const runs: OptionKinds<RunsOptions> = { signal, limit: count, id: text };
const stamp: OptionKinds<StampOptions> = { ...writing, unchecked: flag, dryRun: flag };
const rename: OptionKinds<RenameOptions> = { signal, exclusive: flag, dryRun: flag, reason: text };
const accept: OptionKinds<AcceptEditOptions> = { ...rename, unchecked: flag };
const start: OptionKinds<StartOptions> = { signal, observer, bind: callable, purpose };

/** The arguments and the options of a function of the kernel. */
interface Call {
  readonly arguments: Readonly<Record<string, OptionKind>>;
  readonly options: Readonly<Record<string, OptionKind>>;
}

/** Every function of a kernel that takes options. */
const calls = {
  status: { arguments: {}, options: reading },
  plan: { arguments: {}, options: plan },
  sql: { arguments: {}, options: sql },
  history: { arguments: {}, options: history },
  branches: { arguments: {}, options: range },
  current: { arguments: {}, options: reading },
  graph: { arguments: {}, options: graph },
  show: { arguments: { revision: target }, options: show },
  why: { arguments: { revision: target }, options: reading },
  whyNot: { arguments: { revision: target }, options: reading },
  plugins: { arguments: {}, options: reading },
  objects: { arguments: {}, options: reading },
  drift: { arguments: {}, options: drift },
  runs: { arguments: {}, options: runs },
  activity: { arguments: {}, options: reading },
  diagnose: { arguments: {}, options: reading },
  footprint: { arguments: { plugin: text }, options: reading },
  exportData: { arguments: { plugin: text, folder: text }, options: reading },
  upgrade: { arguments: {}, options: { ...writing, to: targets } },
  downgrade: { arguments: { target }, options: { ...writing, cascade: flag } },
  undo: { arguments: { run: text }, options: { ...writing, cascade: flag } },
  stamp: { arguments: { targets }, options: stamp },
  accept: { arguments: { revision: target }, options: accept },
  rename: { arguments: { from: text, to: text }, options: rename },
  start: { arguments: {}, options: start },
} satisfies Partial<Record<keyof Kernel, Call>>;

/** Returns a function of a kernel that checks its arguments first. It throws OPTION_UNKNOWN and OPTION_INVALID. */
export function checked<Given extends readonly unknown[], Result>(
  call: keyof typeof calls,
  work: (...given: Given) => Promise<Result>,
): (...given: Given) => Promise<Result> {
  const expected: Call = calls[call];
  const names = Object.entries(expected.arguments);
  return async (...given) => {
    for (const [i, [name, kind]] of names.entries()) assertArgument(call, name, given[i], kind);
    assertOptions(call, given[names.length], expected.options);
    return work(...given);
  };
}

const opening: OptionKinds<OpenOptions> = {
  config: {
    expected: 'the path of a config.json, or an object',
    accepts: (value) => text.accepts(value) || object.accepts(value),
  },
  plugins: { expected: 'an object with a key for each plugin', accepts: object.accepts },
  // Its own check says more.
  connection: anything,
  log,
  root: text,
  env: object,
};
const packaged: OptionKinds<HostPackage> = { package: text, options: object, startTimeout: seconds };
const inline: OptionKinds<HostInlinePlugin> = {
  revisions: { ...list, expected: 'an array of revisions, created by defineRevision' },
  load: callable,
  requires: texts,
  openTables: texts,
  formerly: texts,
  version: text,
  options: object,
  startTimeout: seconds,
};

/** Checks the options of `open`, except what the config and the revisions contain. Throws OPTION_UNKNOWN and OPTION_INVALID. */
export function assertOpenOptions(given: unknown): asserts given is OpenOptions {
  assertArgument('open', 'options', given, object);
  assertOptions('open', given, opening);
  // The check above has made sure of both.
  const { plugins = {} } = given as OpenOptions;
  for (const [name, plugin] of Object.entries(plugins)) {
    const path = ['plugins', name];
    assertArgument('open', path.join('.'), plugin, object);
    const isInline = 'revisions' in plugin || 'load' in plugin;
    if (isInline)
      assertArgument('open', [...path, 'revisions'].join('.'), Reflect.get(plugin, 'revisions'), inline.revisions);
    assertOptions('open', plugin, isInline ? inline : packaged, path);
    assertJson('open', [...path, 'options'].join('.'), plugin.options ?? {});
  }
}

const booting: OptionKinds<BootOptions> = {
  cwd: text,
  config: text,
  env: object,
  purpose,
  observer,
  log,
  interruption: callable,
};

/** Checks the options of `boot`. Throws OPTION_UNKNOWN and OPTION_INVALID. */
export function assertBootOptions(given: unknown): void {
  assertOptions('boot', given, booting);
}
