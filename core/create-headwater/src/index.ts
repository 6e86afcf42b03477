/** The templates for plugins, which `kernel plugin:create` fills too. `@headwater/dev` bundles this module. */
export type { TextFile } from './fill.ts';
export { pluginNameProblem } from './names.ts';
export { pluginFiles, pluginRepositoryFiles } from './templates.ts';
export { folderProblem, writeFiles } from './write-files.ts';
