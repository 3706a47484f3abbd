/** Why a token is refused, or why nothing can be said about it. Stable: programs may compare them. */
const REFUSAL_CODES = [
  "malformed",
  "wrong_key",
  "bad_signature",
  "issuer",
  "audience",
  "expired",
  "not_yet_valid",
  "revoked",
  "suspended",
  "client_disabled",
  "inactive",
  "permission",
  "proof_missing",
  "proof_invalid",
  "status_missing",
  "unsupported_token",
  "stale",
  "unavailable",
  "audit_unavailable",
] as const;
export type RefusalCode = (typeof REFUSAL_CODES)[number];

export type VerifierErrorCode = RefusalCode | "invalid_option" | "not_ready" | "closed";

/** Codes that say nothing about the token: the caller may come again later. */
const NOT_THE_TOKEN = new Set<VerifierErrorCode>([
  "stale",
  "unavailable",
  "audit_unavailable",
  "not_ready",
  "closed",
]);

/**
 * The one error of this package. `code` is stable; `message` may be shown to the caller and holds nothing of the token; `cause` is for the log.
 */
export class VerifierError extends Error {
  override readonly name = "VerifierError";
  readonly code: VerifierErrorCode;

  constructor(code: VerifierErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
  }

  /** The HTTP status by RFC 6750 section 3.1: 401 for the token, 403 for a missing permission, 503 where nobody knows. */
  get status(): 401 | 403 | 503 {
    if (this.code === "permission") return 403;
    return NOT_THE_TOKEN.has(this.code) || this.code === "invalid_option" ? 503 : 401;
  }
}
