import { z } from 'zod';

/** The plugin's section of `config.json`. */
export const httpOptions = z.object({
  listen: z
    .boolean()
    .default(true)
    .describe('Whether the plugin opens its own port. Set it to false to mount the routes into a Fastify of the host.'),
  host: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('The address to listen on: 127.0.0.1 for this machine alone, 0.0.0.0 for every network.'),
  port: z.number().int().min(0).max(65_535).default(3000).describe('The port to listen on; 0 chooses a free one.'),
  bodyLimit: z.number().int().positive().default(100_000).describe('The largest accepted request body, in bytes.'),
  requestTimeout: z
    .number()
    .positive()
    .max(3600)
    .default(30)
    .describe('The time in seconds within which a client must have sent its whole request.'),
  trustProxy: z
    .boolean()
    .default(false)
    .describe(
      'Whether one reverse proxy in front adds to X-Forwarded-For, and sets -Proto and -Host. Only its own entry, the last ' +
        'one, is used. Without a proxy, clients could forge them.',
    ),
});

/** The validated options. */
export type HttpOptions = z.infer<typeof httpOptions>;
