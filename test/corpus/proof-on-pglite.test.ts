import { proveHistories } from './prove-histories.ts';

proveHistories('pglite');
