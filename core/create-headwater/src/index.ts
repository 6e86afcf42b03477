/** The templates for plugins, which `kernel plugin:create` fills too. `@headwater/dev` bundles this module. */
export type { TextFile } from './fill.ts';
export { pluginNameProblem } from './names.ts';
export { filesFor, spoken } from './package-manager.ts';
export { pluginFiles, pluginRepositoryFiles } from './templates.ts';
export { folderProblem, writeFiles } from './write-files.ts';
