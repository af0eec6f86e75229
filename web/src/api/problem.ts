import type { ErrorCode, ErrorDetail } from "./types";

/** What the page itself finds wrong, besides the API's codes. */
export type ProblemCode = ErrorCode | "unreachable" | "cut_off" | "not_breve";

/** A request that came to nothing. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly detail: Partial<ErrorDetail>;
  /** Seconds that the service asks to wait. */
  readonly retryAfter: number | undefined;

  constructor(code: ProblemCode, detail: Partial<ErrorDetail> = {}, retryAfter?: number) {
    super(detail.message ?? code);
    this.code = code;
    this.detail = detail;
    this.retryAfter = retryAfter;
  }

  static of(error: unknown): Problem {
    return error instanceof Problem ? error : new Problem("unreachable", { message: String(error) });
  }

  static async ofResponse(response: Response): Promise<Problem> {
    const body = (await response.json().catch(() => undefined)) as { error?: ErrorDetail } | undefined;
    const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
    const retryAfter = Number.isFinite(seconds) ? seconds : undefined;
    if (!body?.error?.code) return new Problem("not_breve", { message: `HTTP ${response.status}` }, retryAfter);
    return new Problem(body.error.code, body.error, retryAfter);
  }
}

/** Whether the same request may go well later without any change. */
export function isPassing(code: ProblemCode): boolean {
  return ["rate_limited", "overloaded", "model_loading", "timeout", "internal", "unreachable", "cut_off", "not_breve",
    "download_failed"].includes(code);
}
