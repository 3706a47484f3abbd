import type { RegisteredToken } from "../verification/registered-token.ts";
import { MAX_REPORT_AGE_MS, type ReportCode } from "./model.ts";
import type { Report } from "./read-report.ts";

/** Whether a report comes too late, or tells of a use that has not been yet. */
export function isOutOfTime(report: Report, nowMs: number, toleranceMs: number): boolean {
  const at = report.at.getTime();
  return at > nowMs + toleranceMs || at < nowMs - MAX_REPORT_AGE_MS;
}

/**
 * Why a report on a registered token is not taken in, or null. A verifier speaks of tokens for its own audiences; of others only that it refused them
 * for being such. What cannot have been is refused; what ought not to have been (a revoked or expired token that was accepted) is evidence.
 *
 * @param toleranceMs that clocks may differ by.
 */
export function judgeReport(
  report: Report,
  token: RegisteredToken,
  audiences: ReadonlySet<string>,
  toleranceMs: number,
): ReportCode | null {
  const { refusal, audience } = report;
  if (audience !== null && !audiences.has(audience)) return "audience";
  const isForThem = token.audiences.some((name) => audiences.has(name));
  if (!isForThem && refusal !== "audience") return "audience";
  if (report.at.getTime() < token.issuedAtMs - toleranceMs) return "invalid";
  if (refusal === null && token.kind !== "access") return "invalid";
  if (refusal === null && audience !== null && !token.audiences.includes(audience)) return "invalid";
  return null;
}
