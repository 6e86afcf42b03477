import { z } from 'zod';

/** The plugin's section of `config.json`. */
export const siteOptions = z.object({
  name: z.string().trim().min(1).max(60).default('Headwater').describe('The name of the site, shown on every page.'),
});
