import { readConfig } from '../../../kernel/src/config/read-config.ts';
import { kernelPackage } from '../../../kernel/src/plugin/kernel-package.ts';
import { loadPluginSet } from '../../../kernel/src/plugin/load-plugin-set.ts';
import type { PluginSet } from '../../../kernel/src/plugin/plugin-set.ts';
import { workspaceKernel } from '../../../../test/helper/kernel-process.ts';
import { makeProject, type PluginSketch } from '../../../../test/helper/project.ts';

/** Writes a project with these plugins to disk and loads its plugin set. */
export async function loadPlugins(plugins: Readonly<Record<string, PluginSketch>>): Promise<PluginSet> {
  const project = await makeProject({ plugins, kernel: workspaceKernel });
  return loadPluginSet(readConfig(project.config, {}), kernelPackage());
}

/** Plugin zero with one table. */
export const core: PluginSketch = {
  revisions: {
    '0001_create_object': {
      up: 'create table core_object (id serial primary key, title text not null);',
      down: 'drop table core_object;',
    },
  },
};
