import type { GuardedKind } from "#lib/approvals/model.ts";
import { redactSecrets } from "#lib/audit/redact.ts";
import type { FieldProblem } from "#lib/errors.ts";
import type { StepUpKind } from "#lib/step-up/model.ts";

const TITLES: Record<number, string> = {
  400: "Bad request",
  401: "Not signed in",
  403: "Not allowed",
  404: "Not found",
  405: "Method not allowed",
  409: "Conflict",
  410: "Gone",
  412: "Precondition failed",
  413: "Too large",
  415: "Unsupported media type",
  422: "Unprocessable content",
  429: "Too many requests",
  500: "Internal error",
  503: "Unavailable",
};

/** RFC 9457, with a stable `code`, the request's id, and one entry per bad parameter. */
export type Problem = {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  requestId: string;
  errors: FieldProblem[];
  /** Of STEP_UP_REQUIRED: for which kind of acts the person is to show again who they are; of APPROVAL_REQUIRED: why a second person is needed. */
  kind?: StepUpKind | GuardedKind;
  /** Of STEP_UP_REQUIRED for one very act. */
  subject?: string;
  /** Of APPROVAL_REQUIRED where the very same request waits already. */
  approvalId?: string;
  /** Of SHOWN_ONCE: what was answered then, without what was shown once. */
  answer?: unknown;
};

export function problemDocument(
  status: number,
  code: string,
  detail: string,
  requestId: string,
  errors: FieldProblem[] = [],
): Problem {
  const slug = code.toLowerCase().replaceAll("_", "-");
  return {
    type: `urn:tokenwarden:problem:${slug}`,
    title: TITLES[status] ?? "Error",
    status,
    // a caller's own words come back in these: a token that was put where it does not belong must not
    detail: redactSecrets(detail),
    code,
    requestId,
    errors: errors.map(({ path, message }) => ({
      path: redactSecrets(path),
      message: redactSecrets(message),
    })),
  };
}

/** The headers that every problem is sent with. */
export function problemHeaders(requestId: string): Headers {
  return new Headers({
    "content-type": "application/problem+json",
    "cache-control": "no-store",
    "x-request-id": requestId,
  });
}
