/**
 * Lets linked workspaces run from their sources, through the condition `headwater-source`. A package that Node
 * finds inside `node_modules` is used unchanged. Further calls do nothing.
 */
export declare function registerSourceCondition(): void;
