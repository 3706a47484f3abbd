import { createHash } from "node:crypto";
import { RESOURCE, SCOPE } from "./seed-registry.ts";

export const REDIRECT_URI = "https://app.example.com/callback";
/** One for all authorization requests: a proof key is not what is measured. */
const CODE_VERIFIER = "a-code-verifier-of-the-benchmark-that-all-of-its-people-share";

/** The address of each person. */
export function personOf(index: number): string {
  return `person-${index}@example.com`;
}

type Words = {
  clientId: string;
  /** Permissions beside `openid`, where a side wants one for refresh tokens. */
  more?: readonly string[];
  /** How a side is told for whom the token is. */
  target?: Record<string, string>;
};

const TARGET = { resource: RESOURCE };

/** The same authorization request of every side: code, PKCE, an ID token, one permission. */
export function authorizationQuery({ clientId, more = [], target = TARGET }: Words): URLSearchParams {
  return new URLSearchParams({
    client_id: clientId,
    response_type: "code",
    redirect_uri: REDIRECT_URI,
    scope: ["openid", SCOPE, ...more].join(" "),
    state: "of-the-benchmark",
    code_challenge: createHash("sha256").update(CODE_VERIFIER).digest("base64url"),
    code_challenge_method: "S256",
    ...target,
  });
}

export function codeForm(target: Words["target"] = TARGET): string {
  return new URLSearchParams({
    grant_type: "authorization_code",
    redirect_uri: REDIRECT_URI,
    code_verifier: CODE_VERIFIER,
    ...target,
  }).toString();
}

export function refreshForm(target: Words["target"] = TARGET): string {
  return new URLSearchParams({ grant_type: "refresh_token", ...target }).toString();
}
