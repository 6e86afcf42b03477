// What npm publishes of this package: its doors, with what they share in as few files. Their declarations are tsc's.
import { join } from 'node:path';
import { defineConfig } from 'rolldown';
import packageFile from './package.json' with { type: 'json' };

const here = import.meta.dirname;
const doors = Object.values(packageFile.exports).flatMap((door) =>
  typeof door === 'string' ? [] : [door['headwater-source'].replaceAll(/^\.\/src\/|\.ts$/g, '')],
);

export default defineConfig({
  cwd: here,
  input: Object.fromEntries(doors.map((door) => [door, join(here, 'src', `${door}.ts`)])),
  // Every package stays outside, the kernel above all: it must be the copy that runs.
  external: /^[^./]/,
  platform: 'node',
  output: { dir: 'dist', entryFileNames: '[name].js', chunkFileNames: 'chunk/[name].js', comments: false },
});
