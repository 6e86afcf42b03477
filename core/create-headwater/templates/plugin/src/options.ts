import { z } from 'zod';

/** The plugin's section of `config.json`. The kernel validates it before it connects to the database. */
export const options = z.object({
  path: z.string().startsWith('/').default('/my-plugin').describe('The path of the page with the notes.'),
  perUser: z.number().int().positive().default(100).describe('How many notes a user may have.'),
});

/** The validated options. */
export type Options = z.infer<typeof options>;
