import { pathToFileURL } from 'node:url';
import type { Project } from '../../../../test/helper/project.ts';

/** The changes that code has made to its process. */
export interface ProcessChanges {
  /** The switches that were set in V8, in order. */
  readonly switches: readonly string[];
  /** The modules of Node that were loaded while a switch was set. */
  readonly underSwitch: readonly string[];
  /** The number of module hooks that were registered. */
  readonly hooks: number;
  /** Whether Node caches compiled code. */
  readonly compileCache: boolean;
  /** The listeners on the process and its standard streams: `exit`, `stdout error`. */
  readonly listeners: readonly string[];
  /** Whether Node's crypto is loaded. */
  readonly crypto: boolean;
}

/** Starts recording changes; `changes()` returns them. */
const recorder = `
import module from 'node:module';
import v8 from 'node:v8';
const switches = [];
const underSwitch = [];
const set = new Set();
let loaded = 0;
let hooks = 0;
const { setFlagsFromString } = v8;
v8.setFlagsFromString = (flag) => {
  switches.push(flag);
  const name = flag.replace(/^--(?:no-)?|=.*/g, '');
  if (set.size === 0) loaded = process.moduleLoadList.length;
  // A switch is set and reset in turn.
  if (!set.delete(name)) set.add(name);
  if (set.size === 0) underSwitch.push(...process.moduleLoadList.slice(loaded));
  setFlagsFromString(flag);
};
const { registerHooks } = module;
module.registerHooks = (given) => { hooks += 1; return registerHooks(given); };
module.syncBuiltinESMExports();
const listeners = () => [['', process], ['stdout ', process.stdout], ['stderr ', process.stderr]].flatMap(
  ([name, emitter]) => emitter.eventNames().flatMap(
    (event) => emitter.listeners(event).map(() => name + String(event))));
listeners();
const before = listeners();
const changes = () => {
  const left = listeners();
  for (const one of before) left.splice(left.indexOf(one), 1);
  const crypto = process.moduleLoadList.includes('NativeModule crypto');
  return { switches, underSwitch, hooks, compileCache: module.getCompileCacheDir() !== undefined, listeners: left.sort(), crypto };
};`;

/** Writes a module that prints the changes of its process as its last line on standard error, when it exits. */
export function writeProbe({ cwd, write }: Project): string {
  write(
    'probe.mjs',
    `${recorder}\nprocess.on('exit', () => process.stderr.write('\\n' + JSON.stringify({ ...changes(), listeners: [] })));`,
  );
  return pathToFileURL(`${cwd}/probe.mjs`).href;
}

/** Returns the source of a host program that runs `code`, and then prints the changes as its last line. */
export function hostProgram(code: string): string {
  return `${recorder}\n${code}\nconsole.log(JSON.stringify(changes()));`;
}

/** Reads the changes from the last line of an output. */
export function changesIn(output: string): ProcessChanges {
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as ProcessChanges;
}
