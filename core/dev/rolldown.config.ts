// Bundles the code that npm publishes: the entry points, and the modules that they share in as few files as possible.
// tsc emits the declarations.
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'rolldown';
import packageFile from './package.json' with { type: 'json' };

const here = import.meta.dirname;
const doors = Object.values(packageFile.exports).flatMap((door) =>
  typeof door === 'string' ? [] : [door['headwater-source'].replaceAll(/^\.\/src\/|\.ts$/g, '')],
);

const templateFolder = join(here, '../create-headwater/templates');
const templates = readdirSync(templateFolder, { recursive: true, encoding: 'utf8' }).filter((file) =>
  statSync(join(templateFolder, file)).isFile(),
);

export default defineConfig({
  cwd: here,
  input: Object.fromEntries(doors.map((door) => [door, join(here, 'src', `${door}.ts`)])),
  // No package is bundled, least of all the kernel, which must be the copy that runs. The templates of create-headwater
  // are, with the code that fills them.
  external: /^[^./]/,
  plugins: [
    {
      name: 'templates',
      buildStart() {
        for (const file of templates)
          this.emitFile({
            type: 'asset',
            fileName: `templates/${file}`,
            source: readFileSync(join(templateFolder, file)),
          });
      },
    },
  ],
  platform: 'node',
  // Keeps every statement, as in the kernel's bundle.
  treeshake: false,
  optimization: { inlineConst: false },
  output: {
    dir: 'dist',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunk/[name].js',
    comments: false,
    minify: false,
  },
});
