import { contributionPoint } from '@headwater/kernel/plugin';

// Plugin zero comes before all others, so it cannot require `http`, not even as an optional peer. The names of
// contribution points need no package.

/** The point of the plugin `http` for translations of errors into answers. Without that plugin nothing happens. */
export const Problems = contributionPoint<{
  readonly of: (error: unknown) => { readonly status: number; readonly detail: string } | undefined;
}>('http.problems');
