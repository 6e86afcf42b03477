import { contributionPoint } from '@headwater/kernel/plugin';
import type { RouteRequest } from './request.ts';

/** A check of every request before its handler, such as a limit or a permission. */
export interface Guard {
  /**
   * Throws to reject the request; see {@link Problems}. Called in the database context of the request, after its body was
   * parsed and before anything was validated.
   */
  readonly check: (request: RouteRequest) => Promise<void> | void;
}

/** The contribution point for guards. They run in plugin order. */
export const Guards = contributionPoint<Guard>('http.guards');
