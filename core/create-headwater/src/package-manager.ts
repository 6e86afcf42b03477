import type { TextFile } from './fill.ts';

/** The package managers that the templates can be used with. */
export type PackageManager = 'npm' | 'pnpm';

/** The release line of pnpm in workflows and images. */
const pnpmMajor = 12;

/** The words of npm in README files, workflows and images, and those of pnpm. In this order, since one contains another. */
const pnpmWords: readonly (readonly [npm: RegExp, pnpm: string])[] = [
  [
    /^COPY package\.json package-lock\.json /gm,
    `RUN npm install --global pnpm@${pnpmMajor}\nCOPY package.json pnpm-*.yaml `,
  ],
  [/npm ci --omit=dev/g, 'pnpm install --prod --frozen-lockfile'],
  [/npm ci/g, 'pnpm install --frozen-lockfile'],
  [/cache: npm$/gm, 'cache: pnpm'],
  [/^( *)- uses: actions\/setup-node/gm, `$1- uses: pnpm/action-setup@v4\n$1  with:\n$1    version: ${pnpmMajor}\n$&`],
  [/npm test --workspace (\S+)/g, 'pnpm --dir $1 test'],
  [/\bnpm (install(?! --global)|start|test|run)\b/g, 'pnpm $1'],
  [/\bnpx kernel\b/g, 'pnpm exec kernel'],
];

/** Returns a text about npm for a package manager. */
export function spoken(manager: PackageManager, text: string): string {
  return manager === 'npm' ? text : pnpmWords.reduce((said, [npm, pnpm]) => said.replaceAll(npm, pnpm), text);
}

/** Returns the files of a template for a package manager. The templates are written for npm. */
export function filesFor(manager: PackageManager, files: readonly TextFile[]): readonly TextFile[] {
  const speaks = /(?:\.md|\.yml|Dockerfile)$/;
  return files.map(({ path, text }) => ({ path, text: speaks.test(path) ? spoken(manager, text) : text }));
}

/** Returns the package manager that runs this process, from the variable that each of them sets. Default: npm. */
export function callingPackageManager(userAgent = ''): PackageManager {
  return userAgent.startsWith('pnpm/') ? 'pnpm' : 'npm';
}
