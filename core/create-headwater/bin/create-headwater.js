#!/usr/bin/env node
// Any version of Node must be able to parse this file: an old one should print the advice below, not a syntax error.
var needed = 24;

if (parseInt(process.versions.node, 10) < needed) {
  process.stderr.write(
    'create-headwater: this is Node ' +
      process.versions.node +
      ', and Headwater needs Node ' +
      needed +
      ' or newer: https://nodejs.org\nNothing was written.\n',
  );
  process.exitCode = 11;
} else {
  start();
}

/** Runs the command. An installed package runs from `dist`, a linked workspace from its sources. */
function start() {
  var isBuilt = /[\\/]node_modules[\\/]/.test(import.meta.filename);
  // In a variable, because `dist` does not exist before a build.
  var file = isBuilt ? '../dist/main.js' : '../src/main.ts';
  return /** @type {Promise<typeof import('../src/main.ts')>} */ (import(file))
    .then(function (module) {
      return module.main(process.argv.slice(2), {
        cwd: process.cwd(),
        isTerminal: process.stdin.isTTY && process.stdout.isTTY,
        userAgent: process.env['npm_config_user_agent'],
        out: function (text) {
          process.stdout.write(text);
        },
        err: function (text) {
          process.stderr.write(text);
        },
      });
    })
    .then(function (code) {
      process.exitCode = code;
    });
}
