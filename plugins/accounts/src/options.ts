import { z } from 'zod';

/** The plugin's section of `config.json`. */
export const accountsOptions = z.object({
  sessionDays: z.number().int().min(1).max(365).default(30).describe('The number of days after which a session ends.'),
  signInsPerMinute: z
    .number()
    .int()
    .positive()
    .default(10)
    .describe(
      'How many sign-ins are accepted per minute for one name from one address; five times as many for all names from it.',
    ),
  signUpsPerHour: z
    .number()
    .int()
    .positive()
    .default(10)
    .describe('How many accounts one address may create per hour.'),
  changesPerMinute: z.number().int().positive().default(60).describe('How many changes a user may make per minute.'),
});

/** The validated options. */
export type AccountsOptions = z.infer<typeof accountsOptions>;
