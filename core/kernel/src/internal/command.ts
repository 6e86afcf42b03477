/**
 * Internal door `@headwater/kernel/internal/command`, for `@headwater/dev` alone: the interface and the output of a
 * command.
 */
export type { Colors } from '../cli/colors.ts';
export { repeatedValues } from '../cli/command.ts';
export type { Command, Context, Input, Reply } from '../cli/command.ts';
export { columns, counted, duration } from '../cli/format-text.ts';
export { openConfig, openRevisionSet } from '../cli/open-project.ts';
export { openProgress } from '../cli/progress.ts';
export { usageOf } from '../cli/signature.ts';
