import type { VerifierError, VerifierErrorCode } from "./errors.ts";
import type { Seen, VerifyOptions } from "./judge.ts";
import { JwtRefusal } from "./read-jwt.ts";
import { cleanPath, cleanText, makeReportId, type Report } from "./report.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** Refusals that are on record with the token. The others are of values that are no token of the authority's, or that it refused itself. */
const REPORTED = new Set<VerifierErrorCode>([
  "audience",
  "expired",
  "not_yet_valid",
  "revoked",
  "suspended",
  "client_disabled",
  "permission",
  "proof_missing",
  "proof_invalid",
  "status_missing",
  "stale",
  "unavailable",
]);
/** What is to be reported of a use; null where nothing is: no token of the authority's, or on record already. */
export function reportOf(
  audiences: readonly string[],
  seen: Seen,
  error: VerifierError | null,
  asked: VerifyOptions,
  us: number,
): Report | null {
  const id = seen.token?.id ?? (error instanceof JwtRefusal ? error.tokenId : null);
  if (id === null || !UUID.test(id)) return null;
  if (error === null ? seen.isRecorded : !REPORTED.has(error.code)) return null;
  const now = Date.now();
  const audience = seen.token?.audiences.find((name) => audiences.includes(name));
  const report: Report = {
    id: makeReportId(now),
    at: new Date(now).toISOString(),
    token: id,
    outcome: error === null ? "allowed" : "refused",
    latency_us: Math.round(us),
  };
  if (error !== null) report.refusal = error.code;
  if (asked.method !== undefined) report.method = asked.method.toUpperCase().slice(0, 16);
  const path = cleanPath(asked.path);
  if (path !== undefined) report.path = path;
  if (asked.ip !== undefined) report.ip = asked.ip;
  const userAgent = cleanText(asked.userAgent, 256);
  if (userAgent !== undefined) report.user_agent = userAgent;
  if (audience !== undefined) report.audience = audience;
  return report;
}
