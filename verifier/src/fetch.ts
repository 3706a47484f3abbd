import { checkRequest } from "./check-request.ts";
import type { Verifier } from "./index.ts";
import type { Demand } from "./refusal-answer.ts";
import type { VerifiedToken } from "./verified-token.ts";

export type WithTokenOptions = Demand & {
  /** The caller's address, which a standard request does not hold. */
  ipOf?: (request: Request) => string | undefined;
};

/**
 * Wraps a handler of standard requests: it is called with a good token alone; otherwise 400, 401, 403 or 503 is answered by RFC 6750.
 */
export function withToken<Rest extends unknown[]>(
  verifier: Verifier,
  handler: (request: Request, token: VerifiedToken, ...rest: Rest) => Response | Promise<Response>,
  options: WithTokenOptions = {},
): (request: Request, ...rest: Rest) => Promise<Response> {
  return async (request, ...rest) => {
    const { headers } = request;
    const { pathname, origin } = new URL(request.url);
    const checked = await checkRequest(verifier, options, {
      authorization: headers.get("authorization"),
      proof: headers.get("dpop"),
      method: request.method,
      url: (options.origin ?? origin) + pathname,
      ip: options.ipOf?.(request),
      userAgent: headers.get("user-agent"),
    });
    if (checked.token !== null) return handler(request, checked.token, ...rest);
    const { status, headers: answered, body } = checked.refusal;
    return Response.json(body, { status, headers: answered });
  };
}
