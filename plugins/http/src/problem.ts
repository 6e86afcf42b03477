import { STATUS_CODES } from 'node:http';
import { contributionPoint, type StandardIssue } from '@headwater/kernel/plugin';
import type { Answer, RouteRequest } from './request.ts';

/** An error as the client sees it: problem details after RFC 9457. */
export interface Problem {
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  /** The reason, for people. */
  readonly detail?: string;
  /** The invalid values, by JSON pointer into the request: `/body/title`. */
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
}

/** Options of an {@link HttpError}. */
export interface HttpErrorOptions extends ErrorOptions, Pick<Problem, 'errors'> {
  /** Default: none. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** An error with a status for the client. Its message is the problem's detail. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;
  readonly errors: Problem['errors'];
  /** Headers of the answer, such as `www-authenticate`. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, options: HttpErrorOptions = {}) {
    super(message, options);
    this.status = status;
    this.errors = options.errors;
    this.headers = options.headers ?? {};
  }
}

/** Translates errors of a plugin's services into answers. */
export interface ProblemSource {
  /** Returns status and detail for an error that this plugin knows, otherwise `undefined`. */
  readonly of: (error: unknown) => { readonly status: number; readonly detail: string } | undefined;
}

/**
 * The contribution point for translations of errors. An error that none of them knows is answered with status 500 and
 * without its message, and is logged with the plugin of the route.
 */
export const Problems = contributionPoint<ProblemSource>('http.problems');

/** Shows problems to people. */
export interface ProblemPage {
  /** Returns the page of a problem. */
  readonly show: (problem: Problem, request: RouteRequest) => Promise<Answer> | Answer;
}

/**
 * The contribution point for the page that a browser gets instead of `application/problem+json`. The first contribution
 * is used.
 */
export const ProblemPages = contributionPoint<ProblemPage>('http.problem-pages');

/** Returns problem details, with the standard title of the status. */
export function problem(status: number, detail?: string, errors?: Problem['errors']): Problem {
  const title = STATUS_CODES[status] ?? 'Error';
  return { type: 'about:blank', title, status, ...(detail !== undefined && { detail }), ...(errors && { errors }) };
}

/** Returns the problem of an error, or `null` if it is a failure of the server. */
export function problemOf(error: unknown, sources: readonly ProblemSource[]): Problem | null {
  if (error instanceof HttpError) return problem(error.status, error.message, error.errors);
  for (const { of } of sources) {
    const known = of(error);
    if (known !== undefined) return problem(known.status, known.detail);
  }
  // Errors of Fastify itself, such as a body that is too large, have a status.
  if (error instanceof Error && 'statusCode' in error && isClientError(error.statusCode)) {
    return problem(error.statusCode, error.message);
  }
  return null;
}

function isClientError(status: unknown): status is number {
  return typeof status === 'number' && status >= 400 && status < 500;
}

/** Returns the pointer of an issue below `base`: `/body/title`. */
export function issuePointer(base: string, { path = [] }: StandardIssue): string {
  const keys = path.map((part) => String(typeof part === 'object' ? part.key : part));
  return [base, ...keys.map((key) => key.replaceAll('~', '~0').replaceAll('/', '~1'))].join('/');
}
