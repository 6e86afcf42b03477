import { expect, test } from 'vitest';
import { localPath } from '../src/routes.ts';
import { ago } from '../src/ui.ts';

test.each([
  ['/stories/1?a=b#c', '/stories/1?a=b#c'],
  ['//attacker.example', '/'],
  ['/\\attacker.example', '/'],
  ['https://attacker.example/', '/'],
  ['javascript:alert(1)', '/'],
  ['stories', '/'],
  ['', '/'],
  ['/a\r\nset-cookie: b=c', '/aset-cookie:%20b=c'],
  ['/users/Зоя', '/users/%D0%97%D0%BE%D1%8F'],
])('the way back %j leads to %j', (path, expected) => {
  expect(localPath(path)).toBe(expected);
});

test.each([
  [0, 'just now'],
  [59, 'just now'],
  [60, '1 minute ago'],
  [7200, '2 hours ago'],
  [86_400, '1 day ago'],
  [400 * 86_400, '1 year ago'],
  [-5, 'just now'],
])('a time %d seconds ago is shown as %j', (seconds, expected) => {
  const now = new Date();
  expect(ago(new Date(now.getTime() - seconds * 1000), now)).toBe(expected);
});
