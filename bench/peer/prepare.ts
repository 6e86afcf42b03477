// Writes a workload of the peers' harness as Headwater plugins. Runs in the harness's work folder, to which setup.ts
// copies it: prepare.ts --workload FILE --out DIRECTORY --state base|plus1
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readSharedWorkload } from '../shared-workload.ts';
import { writePlugins } from '../write-plugins.ts';

const { values } = parseArgs({
  options: { workload: { type: 'string' }, out: { type: 'string' }, state: { type: 'string', default: 'base' } },
});
const { workload, out, state } = values;
if (workload === undefined || out === undefined || (state !== 'base' && state !== 'plus1')) {
  throw new Error('usage: prepare.ts --workload FILE --out DIRECTORY --state base|plus1');
}
const kernel = join(import.meta.dirname, '..', '..', 'node_modules', '@headwater', 'kernel');
await writePlugins({ workload: readSharedWorkload(workload), directory: out, state, kernel });
