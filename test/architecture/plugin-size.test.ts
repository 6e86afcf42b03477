import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

// Authors read these plugins as examples.
test.each(['likes', 'comments', 'messages'])('the sources of the plugin %s have at most 400 lines', (plugin) => {
  const sources = join(import.meta.dirname, '../../plugins', plugin, 'src');
  const files = globSync('**/*.ts', { cwd: sources });
  const lines = files.flatMap((file) => readFileSync(join(sources, file), 'utf8').trimEnd().split('\n'));
  expect(lines.length).toBeGreaterThan(200);
  expect(lines.length).toBeLessThanOrEqual(400);
});
