#!/usr/bin/env node
// Any Node must be able to read this file, or the person whose Node is too old sees a syntax error instead of the
// advice below. So: no import declaration, no await, nothing newer than a function.
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
  process.getBuiltinModule('node:module').enableCompileCache();
  commandLine()
    .then(function (door) {
      return door.main(process.argv.slice(2));
    })
    .then(function (code) {
      process.exitCode = code;
    })
    .catch(explainBug);
}

/**
 * A kernel that npm installed runs from `dist`; one that is linked from a workspace runs from its sources.
 *
 * @returns {Promise<typeof import('@headwater/kernel/cli')>} The door of the command line.
 */
function commandLine() {
  if (/[\\/]node_modules[\\/]/.test(import.meta.filename)) {
    // Not through package.json, which would have to be read first; by a variable, since there is none before a build.
    var door = '../dist/cli.js';
    return /** @type {Promise<typeof import('@headwater/kernel/cli')>} */ (import(door));
  }
  return import('./source-condition.js').then(function (hook) {
    hook.registerSourceCondition();
    return import('@headwater/kernel/cli');
  });
}

/**
 * `main` explains its own failures, so this is a broken installation or a bug.
 *
 * @param {unknown} error What was thrown.
 */
function explainBug(error) {
  process.exitCode = 1;
  var debug = process.argv.indexOf('--debug') >= 0;
  var text = error instanceof Error ? (debug ? error.stack : error.message) : String(error);
  process.stderr.write('kernel: ' + text + '\n');
  if (!debug) process.stderr.write('This should not happen. Run again with --debug to see where it came from.\n');
}
