/**
 * From now on, lets a linked workspace run from its sources, through the condition `headwater-source`. A package that Node
 * finds inside `node_modules` is used as it is. Does nothing when it is called again.
 */
export declare function registerSourceCondition(): void;
