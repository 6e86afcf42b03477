/**
 * From now on, lets a linked workspace run from its sources, through the condition `headwater-source`; what Node finds inside
 * `node_modules` stands. Calling it again changes nothing.
 */
export declare function registerSourceCondition(): void;
