#!/usr/bin/env node
// Any version of Node must be able to parse this file: an old one should print the advice below, not a syntax error.
// So it contains no import declarations, no await and no newer syntax.
var needed = 24;
var found = process.versions.node;

if (parseInt(found, 10) < needed) {
  process.stderr.write(
    [
      'kernel: this is Node ' +
        found +
        ' (' +
        process.execPath +
        '), and Headwater needs Node ' +
        needed +
        ' or newer.',
      'To get it for this project alone, run:',
      '  npm install --save-dev node@' + needed,
      'npm scripts and npx then find it first: `npx kernel`.',
      'Nothing was written.',
      '',
    ].join('\n'),
  );
  process.exitCode = 11;
} else {
  runCommand().catch(explainBug);
}

/**
 * Sets up this process, which is the command's own, and runs the command line in it. HEADWATER_PLAIN_RUNTIME=1 leaves
 * the process unchanged: see docs/decisions/runtime.md.
 *
 * @returns {Promise<void>} Settles when the command has finished.
 */
function runCommand() {
  var isPlain = process.env.HEADWATER_PLAIN_RUNTIME === '1';
  // A kernel that npm installed runs from `dist`; one that is linked from a workspace runs from its sources.
  var isBuilt = isPlain || /[\\/]node_modules[\\/]/.test(import.meta.filename);
  return (isPlain ? Promise.resolve() : enableTricks(isBuilt))
    .then(function () {
      return isBuilt ? builtDoor() : sourceDoor();
    })
    .then(function (door) {
      return door.main(process.argv.slice(2), { ownsProcess: true, runsSources: !isPlain });
    })
    .then(function (code) {
      process.exitCode = code;
    });
}

/**
 * Enables the runtime tricks. Runs before anything else is loaded, so that Node caches all compiled code.
 *
 * @param {boolean} isBuilt Whether the kernel runs from `dist`.
 * @returns {Promise<void>} Settles when they are enabled.
 */
function enableTricks(isBuilt) {
  // In a variable, because `dist` does not exist before a build.
  var file = isBuilt ? '../dist/runtime/tricks.js' : '../src/runtime/tricks.ts';
  return /** @type {Promise<typeof import('../src/runtime/tricks.ts')>} */ (import(file)).then(function (tricks) {
    tricks.enableRuntimeTricks();
  });
}

/** @returns {Promise<typeof import('@headwater/kernel/cli')>} The command line door from the build. */
function builtDoor() {
  // The path is relative to this file, so that Node does not have to read package.json first.
  var file = '../dist/cli.js';
  return /** @type {Promise<typeof import('@headwater/kernel/cli')>} */ (import(file));
}

/** @returns {Promise<typeof import('@headwater/kernel/cli')>} The command line door from a workspace's sources. */
function sourceDoor() {
  return import('./source-condition.js').then(function (hook) {
    hook.registerSourceCondition();
    return import('@headwater/kernel/cli');
  });
}

/**
 * Reports an error that `main` did not handle. Either the installation is broken or the kernel has a bug.
 *
 * @param {unknown} error The value that was thrown.
 */
function explainBug(error) {
  process.exitCode = 1;
  var debug = process.argv.indexOf('--debug') >= 0;
  var text = error instanceof Error ? (debug ? error.stack : error.message) : String(error);
  process.stderr.write('kernel: ' + text + '\n');
  if (process.env.HEADWATER_PLAIN_RUNTIME === '1' && /[\\/]dist[\\/]cli\.js/.test(String(text))) {
    process.stderr.write('HEADWATER_PLAIN_RUNTIME=1 runs the kernel from dist, which has to be built: npm run build\n');
    return;
  }
  if (!debug) process.stderr.write('This should not happen. Run again with --debug to see where it came from.\n');
}
