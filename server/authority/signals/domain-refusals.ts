import { DomainError, type ErrorCode } from "#lib/errors.ts";
import { type OAuthError, Refused } from "../answers.ts";

const STATUSES: Partial<Record<ErrorCode, [number, OAuthError]>> = {
  INVALID_INPUT: [400, "invalid_request"],
  NOT_FOUND: [404, "invalid_request"],
  CONFLICT: [409, "invalid_request"],
  STALE_VERSION: [409, "invalid_request"],
  TOO_MANY_ATTEMPTS: [429, "temporarily_unavailable"],
};

/** Answers what a use case refuses as the stream API has it; everything else goes on. */
export async function answering<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const answer = error instanceof DomainError ? STATUSES[error.code] : undefined;
    if (!(error instanceof DomainError) || answer === undefined) throw error;
    const fields = error.fields.map(({ path, message }) => `${path} ${message}`).join("; ");
    throw new Refused(...answer, fields === "" ? error.message : `${error.message} ${fields}`);
  }
}
