/**
 * From now on, lets a linked workspace run from its sources, through the condition `development`; what Node finds inside
 * `node_modules` stands. Calling it again changes nothing.
 */
export declare function registerDevelopmentCondition(): void;
