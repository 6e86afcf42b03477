#!/usr/bin/env node
// Any Node must be able to read this file, or the person whose Node is too old sees a syntax error instead of the
// advice below. So: no import declaration, nothing newer than a function; the rest is in start.js.
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
  import('./start.js');
}
