import type { IncomingMessage, ServerResponse } from "node:http";
import { errors } from "oidc-provider";
import { isUnavailable } from "#lib/db/unavailable.ts";
import { Throttled } from "#server/authority/bounds/throttled.ts";
import { errorPage } from "#server/authority/pages/error.ts";
import { logFailure } from "#server/log-failure.ts";
import type { EngineDeps } from "./deps.ts";
import { AWAY, EXPIRED, FAILED } from "./problem-words.ts";
import { BadForm } from "./read-form.ts";
import { factsOf } from "./request-facts.ts";
import { contentSecurityPolicy, PAGE_HEADERS } from "./security-headers.ts";

/** A page to a person. `targets` are the origins that its form may lead to beside our own. */
export function sendPage(
  res: ServerResponse,
  status: number,
  html: string,
  targets: readonly string[] = [],
): void {
  res.writeHead(status, {
    ...PAGE_HEADERS,
    "content-security-policy": contentSecurityPolicy(targets),
    "content-type": "text/html; charset=utf-8",
  });
  res.end(html);
}

export function sendBack(res: ServerResponse, location: string): void {
  res.writeHead(303, { ...PAGE_HEADERS, location, "content-length": "0" });
  res.end();
}

type Problem = { status: number; code: string; title: string; text: string };

function problemOf(error: unknown): Problem {
  if (error instanceof Throttled)
    return { status: error.status, code: error.error, title: "Too many requests", text: error.message };
  if (error instanceof BadForm)
    return {
      status: error.status,
      code: "invalid_request",
      title: "This form cannot be used",
      text: `${error.message} Go back and try again.`,
    };
  if (error instanceof errors.SessionNotFound) return { status: 400, code: "invalid_request", ...EXPIRED };
  const { status, statusCode } = error as { status?: unknown; statusCode?: unknown };
  const isAway = isUnavailable(error) || statusCode === 503 || status === 503;
  if (isAway) return { status: 503, code: "temporarily_unavailable", ...AWAY };
  return { status: 500, code: "server_error", ...FAILED };
}

function sendError(deps: EngineDeps, req: IncomingMessage, res: ServerResponse, error: unknown): void {
  const { requestId } = factsOf(deps, req);
  const { status, ...words } = problemOf(error);
  if (status >= 500) logFailure(deps.log, error, { requestId }, "a page failed", status === 503);
  if (status === 503 || status === 429) res.setHeader("retry-after", "1");
  const environment = deps.env.environmentName;
  const organisation = deps.registry().organisation.name;
  sendPage(res, status, errorPage({ ...words, description: null, requestId, organisation, environment }));
}

/** An error, or what it is when the address had too many of its kind. */
function overBound({ bounds }: EngineDeps, asker: string, error: unknown): unknown {
  if (!(error instanceof BadForm) && !(error instanceof errors.SessionNotFound)) return error;
  try {
    bounds.countGarbage(asker);
    return error;
  } catch (throttled) {
    return throttled;
  }
}

/** Tells a person what is in the way, calmly; misuse counts against the address that it came from. */
export async function answerProblem(
  deps: EngineDeps,
  req: IncomingMessage,
  res: ServerResponse,
  asker: string,
  error: unknown,
): Promise<void> {
  if (res.headersSent) {
    res.destroy();
    return;
  }
  const problem = overBound(deps, asker, error);
  await deps.bounds.hold(problem);
  sendError(deps, req, res, problem);
}
