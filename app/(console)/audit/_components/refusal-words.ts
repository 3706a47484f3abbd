import type { ApiTokenRefusal } from "#lib/api-tokens/model.ts";
import type { ErrorCode } from "#lib/errors.ts";

/** Why an act was refused, by the code that stands on record. */
const BECAUSE: Record<ErrorCode | ApiTokenRefusal, string> = {
  INVALID_INPUT: "What was given was wrong",
  NOT_SIGNED_IN: "They did not show who they are",
  FORBIDDEN: "Not theirs to do",
  STEP_UP_REQUIRED: "They had to confirm who they are first",
  APPROVAL_REQUIRED: "It wants a second person",
  NOT_FOUND: "Not there, or not for their eyes",
  CONFLICT: "What is there stands against it",
  STALE_VERSION: "It was changed since they saw it",
  ALREADY_ENDED: "It had ended before",
  PLAN_CHANGED: "It would reach others than were shown",
  APPROVAL_STALE: "It would do something else by now",
  GONE: "Its time was over",
  TOO_MANY_ATTEMPTS: "Tried too often",
  UNAVAILABLE: "The database was away",
  SEALED: "The database was sealed",
  API_TOKEN_REVOKED: "The API token was revoked",
  API_TOKEN_EXPIRED: "The API token had expired",
  API_TOKEN_CREATOR_DISABLED: "Whoever made the API token could not sign in",
  API_TOKEN_NETWORK: "From outside of the API token's networks",
};

/** A code of another version stands as it is. */
export function refusalWords(code: string): string {
  return Object.hasOwn(BECAUSE, code) ? BECAUSE[code as keyof typeof BECAUSE] : code;
}
