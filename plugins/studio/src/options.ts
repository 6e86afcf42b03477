import { z } from 'zod';

/** The plugin's section of `config.json`. */
export const studioOptions = z.object({
  open: z
    .boolean()
    .optional()
    .describe(
      'Whether everybody sees Studio who opens it on this computer, by the name localhost. Default: unless NODE_ENV is ' +
        '"production" or another name than "development" and "test".',
    ),
  token: z
    .string()
    .min(20)
    .optional()
    .describe('A secret that opens Studio: the password in a browser, or a bearer token. At least 20 characters.'),
});

/** The validated options. */
export type StudioOptions = z.infer<typeof studioOptions>;
