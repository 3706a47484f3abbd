import { checkRequest } from "./check-request.ts";
import type { Verifier } from "./index.ts";
import type { Demand } from "./refusal-answer.ts";
import type { VerifiedToken } from "./verified-token.ts";

declare global {
  // biome-ignore lint/style/noNamespace: the name under which Express' types are extended
  namespace Express {
    interface Request {
      /** Set by `requireToken`. */
      token?: VerifiedToken;
    }
  }
}

/** What is used of Express' request, 4 or 5. */
type ExpressRequest = {
  method: string;
  originalUrl: string;
  protocol: string;
  ip?: string | undefined;
  headers: Record<string, string | string[] | undefined>;
  token?: VerifiedToken;
};
type ExpressResponse = {
  status(code: number): ExpressResponse;
  set(headers: Record<string, string>): ExpressResponse;
  json(body: unknown): unknown;
};

export type RequireTokenOptions = Demand;

/**
 * Lets a request pass with a good token, and sets `req.token`; answers 400, 401, 403 or 503 by RFC 6750 otherwise. Address and protocol are
 * those of Express: set its `trust proxy` where one stands before.
 */
export function requireToken(verifier: Verifier, options: RequireTokenOptions = {}) {
  return async (
    request: ExpressRequest,
    response: ExpressResponse,
    next: (error?: unknown) => void,
  ): Promise<void> => {
    const { headers } = request;
    const origin = options.origin ?? `${request.protocol}://${String(headers.host)}`;
    const checked = await checkRequest(verifier, options, {
      authorization: headers.authorization as string | undefined,
      proof: typeof headers.dpop === "string" ? headers.dpop : undefined,
      method: request.method,
      url: origin + request.originalUrl,
      ip: request.ip,
      userAgent: headers["user-agent"] as string | undefined,
    });
    if (checked.token === null) {
      const { status, headers: answered, body } = checked.refusal;
      response.status(status).set(answered).json(body);
      return;
    }
    request.token = checked.token;
    next();
  };
}
