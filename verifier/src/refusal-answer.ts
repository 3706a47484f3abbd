import { VerifierError } from "./errors.ts";

/** What a resource server answers to a request whose token it does not accept. */
export type RefusalAnswer = {
  status: 400 | 401 | 403 | 503;
  /** With `www-authenticate` where another token or a proof would help. */
  headers: Record<string, string>;
  body: { error: string; error_description: string };
};

export type Demand = {
  /** All of them must be in the token. */
  permissions?: readonly string[];
  /** The name of what is protected, in the challenge: visible ASCII without quotes. */
  realm?: string;
  /** Where this API is reached, as its callers see it: an origin. Wanted for tokens that are bound to a key, where a proxy stands before. */
  origin?: string;
};

/** What a request presents: nothing, one token, or a thing that is not understood. */
export type Presented =
  | { kind: "nothing" }
  | { kind: "token"; token: string; scheme: "Bearer" | "DPoP" }
  | { kind: "malformed" };

/** Reads the `Authorization` header; a token in the address or the body is not looked for. @see RFC 6750 section 2.1, RFC 9449 section 7.1 */
export function readAuthorization(authorization: string | null | undefined): Presented {
  if (authorization === null || authorization === undefined || authorization.trim() === "")
    return { kind: "nothing" };
  const match = /^(Bearer|DPoP) +([A-Za-z0-9\-._~+/]+=*)$/i.exec(authorization.trim());
  if (match === null) {
    // another scheme is not ours to judge: the challenge says what is wanted
    return /^(?:Bearer|DPoP)\b/i.test(authorization.trim()) ? { kind: "malformed" } : { kind: "nothing" };
  }
  const scheme = (match[1] as string).toLowerCase() === "dpop" ? "DPoP" : "Bearer";
  return { kind: "token", token: match[2] as string, scheme };
}

const quoted = (text: string) => text.replace(/[^\x20-\x7e]|["\\]/g, "");

function challenge(scheme: "Bearer" | "DPoP", demand: Demand, error?: string, description?: string): string {
  const scope = error === "insufficient_scope" ? (demand.permissions ?? []).join(" ") : "";
  const parts = [
    ...(demand.realm === undefined ? [] : [`realm="${quoted(demand.realm)}"`]),
    ...(error === undefined ? [] : [`error="${error}"`]),
    ...(description === undefined ? [] : [`error_description="${quoted(description)}"`]),
    ...(scope === "" ? [] : [`scope="${quoted(scope)}"`]),
  ];
  return parts.length === 0 ? scheme : `${scheme} ${parts.join(", ")}`;
}

function answer(
  status: RefusalAnswer["status"],
  error: string,
  description: string,
  headers: Record<string, string> = {},
): RefusalAnswer {
  return {
    status,
    headers: { "cache-control": "no-store", ...headers },
    body: { error, error_description: description },
  };
}

/** No token: the bare challenge, without an error. @see RFC 6750 section 3.1 */
export function answerNothing(demand: Demand): RefusalAnswer {
  return answer(401, "unauthorized", "Send a bearer token.", {
    "www-authenticate": challenge("Bearer", demand),
  });
}

export function answerMalformed(demand: Demand): RefusalAnswer {
  const text = "The Authorization header cannot be read.";
  return answer(400, "invalid_request", text, {
    "www-authenticate": challenge("Bearer", demand, "invalid_request", text),
  });
}

/** 401 for a token that is not good, 403 where a permission is missing, 503 where nobody can say: without a challenge, for no other token would help. */
export function answerRefusal(thrown: unknown, demand: Demand): RefusalAnswer {
  const error =
    thrown instanceof VerifierError
      ? thrown
      : new VerifierError("unavailable", "The token cannot be judged.", { cause: thrown });
  if (error.status === 503)
    return answer(503, "temporarily_unavailable", error.message, { "retry-after": "1" });
  if (error.status === 403)
    return answer(403, "insufficient_scope", error.message, {
      "www-authenticate": challenge("Bearer", demand, "insufficient_scope", error.message),
    });
  // why exactly is the log's affair: whoever holds a stolen token learns nothing from it
  const isProof = error.code === "proof_missing" || error.code === "proof_invalid";
  const code = error.code === "proof_invalid" ? "invalid_dpop_proof" : "invalid_token";
  const text = isProof ? error.message : "The token is not good.";
  return answer(401, code, text, {
    "www-authenticate": challenge(isProof ? "DPoP" : "Bearer", demand, code, text),
  });
}
