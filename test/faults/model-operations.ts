import type { Code, Id, Plugin } from './model-plugins.ts';

/** A request to the process of `model-host.ts`: one operation of the kernel on one database. */
export interface ModelRequest {
  readonly url: string;
  readonly code: Code;
  readonly operation:
    | { readonly kind: 'upgrade'; /** The event at which the process kills itself. */ readonly killAt?: number }
    | { readonly kind: 'downgrade'; readonly plugin: Plugin; readonly n: number }
    | { readonly kind: 'undo'; readonly run: string }
    | { readonly kind: 'accept'; readonly id: Id }
    | { readonly kind: 'stamp' };
}

/** The answer to a {@link ModelRequest}. */
export interface ModelAnswer {
  /** The id of the run. Empty after an error. */
  readonly run: string;
  /** The exit code of the error; 0 if the operation reached its goal. */
  readonly exitCode: number;
  readonly message: string;
  /** Everything that the operation has left in the connections of the pool that was its own. */
  readonly left: readonly string[];
}
