import { checkOptions } from '../../plugin/check-options.ts';
import { loadRunningHalf } from '../../plugin/load-running-half.ts';
import { counted } from '../columns.ts';
import type { Invocation } from '../command.ts';
import { openBlueprint } from '../open-kernel.ts';

/** `kernel config:check`. */
export async function run(invocation: Invocation): Promise<number> {
  const { io, json } = invocation;
  const { config, blueprint } = await openBlueprint(invocation);
  const { plugins } = blueprint.set;
  for (const plugin of plugins) {
    await checkOptions(plugin, await loadRunningHalf(plugin), config.plugins.get(plugin.name), config.file);
  }
  const facts = {
    file: config.file,
    overlays: config.overlays,
    root: config.root,
    database: config.database.shown,
    plugins: plugins.map((plugin) => plugin.name),
    revisions: blueprint.revisions.size,
  };
  if (json) io.json(facts);
  else {
    io.line(`${[facts.file, ...facts.overlays].join(' + ')} is fine:`);
    io.line(`  database  ${facts.database}`);
    io.line(`  plugins   ${facts.plugins.join(', ')}`);
    io.line(`  graph     ${counted(facts.revisions, 'revision')}, one head a branch`);
  }
  return 0;
}
