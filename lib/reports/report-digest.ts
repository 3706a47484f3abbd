import { hash } from "node:crypto";
import type { Report } from "./read-report.ts";

/** What of a SHA-256 is kept: two contents that agree in it by chance are not to be expected. */
export const DIGEST_BYTES = 16;

/** What a report says, and who says it, in 16 bytes of hexadecimal: the same id with another digest is another report. */
export function reportDigest(verifierId: string, report: Report): string {
  const content = [
    verifierId,
    report.at.getTime(),
    report.tokenId,
    report.refusal,
    report.method,
    report.path,
    report.ip,
    report.userAgent,
    report.audience,
    report.status,
    report.bytes,
    report.latencyUs,
  ];
  return hash("sha256", JSON.stringify(content), "hex").slice(0, 2 * DIGEST_BYTES);
}
