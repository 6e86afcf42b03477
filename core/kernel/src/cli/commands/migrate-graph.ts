import { toDot } from '../../graph/dot.ts';
import { toMermaid } from '../../graph/mermaid.ts';
import { readGraph } from '../../open/graph.ts';
import type { Command } from '../command.ts';
import { withProject } from '../open-project.ts';

/** `kernel migrate:graph [plugin]`. */
export const migrateGraph: Command = {
  about:
    'Draws the branches and the edges between their revisions as a Mermaid flowchart, which GitHub renders, or in the ' +
    'DOT language of Graphviz. The border of a revision shows whether it is applied, pending, dormant or unknown to the ' +
    'code. A chain of at least three revisions that no other branch refers to is drawn as one, unless --all is given.',
  arguments: [{ name: 'plugin', about: 'only this branch, and what it depends on', complete: 'branch' }],
  options: [
    { flag: 'dot', about: 'print DOT in place of Mermaid' },
    { flag: 'all', about: 'draw each revision' },
    { flag: 'offline', about: 'do not connect: draw only the revisions in the code, without states' },
  ],
  examples: [
    { line: 'kernel migrate:graph --offline', about: 'for a README' },
    { line: 'kernel migrate:graph likes --dot | dot -Tsvg', about: 'a picture of one branch' },
  ],
  exits: [
    { code: 2, about: 'no plugin of that name has revisions' },
    { code: 14, about: 'an edge leads to no revision, or there is a cycle' },
    { code: 20, about: 'the database cannot be reached, and --offline was not given' },
  ],
  async run({ operands: [plugin], switches }, context) {
    const options = { plugin, fold: !switches.has('all'), offline: switches.has('offline') };
    const drawing = await withProject(context, (project) => readGraph(project, options));
    return { json: drawing, text: () => (switches.has('dot') ? toDot(drawing) : toMermaid(drawing)) };
  },
};
