import { Refused } from "../answers.ts";

/** Which bound was met; the label of `tokenwarden_throttled_total`. */
export const THROTTLE_REASONS = [
  "credentials",
  "garbage",
  "codes",
  "share",
  "authorizations",
  "pipelining",
  "leak_reports",
  "streams",
  "snapshots",
  "instances",
] as const;
export type ThrottleReason = (typeof THROTTLE_REASONS)[number];

/** A request that goes over a bound: 429 with `Retry-After`. @see RFC 6585 section 4 */
export class Throttled extends Refused {
  override name = "Throttled";
  readonly reason: ThrottleReason;

  constructor(reason: ThrottleReason, description: string) {
    super(429, "temporarily_unavailable", description);
    this.reason = reason;
  }
}
