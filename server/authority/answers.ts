import type { FastifyReply } from "fastify";
import { isUnavailable } from "#lib/db/unavailable.ts";

/** An error as OAuth writes it. @see RFC 6749 section 5.2 */
export type OAuthError =
  | "invalid_request"
  | "invalid_client"
  | "invalid_token"
  | "insufficient_scope"
  | "unauthorized_client"
  | "unsupported_token_type"
  // the feed's own
  | "feed_went_back"
  | "snapshot_required"
  | "temporarily_unavailable"
  | "server_error";

/** A request that is answered with an OAuth error. `description` goes out. */
export class Refused extends Error {
  override name = "Refused";
  readonly status: number;
  readonly error: OAuthError;
  readonly challenge: string | undefined;

  constructor(status: number, error: OAuthError, description: string, challenge?: string) {
    super(description);
    this.status = status;
    this.error = error;
    this.challenge = challenge;
  }
}

/** The database is behind, gone or full: nothing is guessed. */
export function notReady(): Refused {
  return new Refused(
    503,
    "temporarily_unavailable",
    "The authority cannot reach its database or is behind it. Ask again.",
  );
}

/** Uses and issues are refused so that revocations can still be written. */
export function diskFull(): Refused {
  return new Refused(
    503,
    "temporarily_unavailable",
    "The database's disk is nearly full. Nothing is taken in but revocations until there is room.",
  );
}

/** The one place where the authority's errors become answers. */
export function answerError(error: unknown, reply: FastifyReply): { status: number; isOurs: boolean } {
  const refused = error instanceof Refused ? error : isUnavailable(error) ? notReady() : asRefused(error);
  if (refused.challenge !== undefined) reply.header("www-authenticate", refused.challenge);
  if (refused.status === 503 || refused.status === 429) reply.header("retry-after", "1");
  reply
    .code(refused.status)
    .header("cache-control", "no-store")
    .send({ error: refused.error, error_description: refused.message, request_id: reply.request.id });
  return { status: refused.status, isOurs: error instanceof Refused };
}

/** Never in the framework's own words: some of them repeat the address, and whoever was careless may have put a secret there. */
const UNREADABLE: Record<number, string> = {
  400: "The request cannot be read.",
  413: "The body is too large.",
  414: "A part of the address is too long.",
  415: "The body's content type is not one that is taken here.",
};

/** What the framework refuses by itself: body too large, wrong content type, bad length, an address that cannot be read. */
export function asRefused(error: unknown): Refused {
  const status = (error as { statusCode?: unknown }).statusCode;
  if (typeof status === "number" && status >= 400 && status < 500)
    return new Refused(status, "invalid_request", UNREADABLE[status] ?? "The request cannot be answered.");
  return new Refused(500, "server_error", "Something went wrong here. The request id leads to the log.");
}
