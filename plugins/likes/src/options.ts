import { z } from 'zod';

/** The plugin's section of `config.json`. The kernel validates it before it connects to the database. */
export const likesOptions = z.object({
  perMinute: z
    .number()
    .int()
    .positive()
    .default(30)
    .describe('How many objects a user may like within 60 seconds. Withdrawn likes do not count.'),
});

/** The validated options. */
export type LikesOptions = z.infer<typeof likesOptions>;
