import type { Code, FieldError, Problem } from "./schema.ts";

/** What is known of a failure: a problem of the API, or as much of one. */
type Failure = Partial<Omit<Problem, "code">> & { status: number; title: string; code: ApiError["code"] };

/** Whatever the API answers but success, and what keeps a call from reaching it. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** The HTTP status. */
  readonly status: number;
  /** What to branch on. `unexpected_answer` is not the API's: something before it answered. */
  readonly code: Code | "unexpected_answer";
  /** What is wrong with the input, field by field. */
  readonly errors: FieldError[];
  /** Finds the request in the API's logs. */
  readonly requestId: string | undefined;
  /** Seconds after which to try again. */
  readonly retryAfter: number | undefined;

  constructor(problem: Failure, retryAfter?: number) {
    super(problem.detail ?? problem.title);
    this.status = problem.status;
    this.code = problem.code;
    this.errors = problem.errors ?? [];
    this.requestId = problem.request_id;
    this.retryAfter = retryAfter;
  }

  /** What is wrong with one field, to be shown beside its input. */
  messageOf(field: string): string | undefined {
    return this.errors.find((error) => error.field === field)?.message;
  }
}
