import { randomUUID } from "node:crypto";

/** A use as the authority takes it at its endpoint for reports. */
export type Report = {
  id: string;
  /** ISO 8601 in UTC. */
  at: string;
  token: string;
  outcome: "allowed" | "refused";
  refusal?: string;
  method?: string;
  path?: string;
  ip?: string;
  user_agent?: string;
  audience?: string;
  status?: number;
  bytes?: number;
  latency_us?: number;
};

/** A UUIDv7: made once, so that a report that is sent twice is recorded once. @see RFC 9562 section 5.7 */
export function makeReportId(now: number): string {
  const time = now.toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8, 12)}-7${randomUUID().slice(15)}`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it takes out
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
/** A token or secret that somebody put into an address or a name. */
const SECRET = /\btw[a-z]_[0-9A-Za-z_-]{20,}|\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*/g;

/** Text of a request as it may leave this process: no control characters, nothing that looks like a token, bounded. */
export function cleanText(text: string | undefined, length: number): string | undefined {
  if (text === undefined) return undefined;
  return (
    text
      .slice(0, length * 4)
      .replace(CONTROL, "")
      .replace(SECRET, "…")
      .slice(0, length) || undefined
  );
}

/** The path alone: query strings hold secrets of others. */
export function cleanPath(target: string | undefined): string | undefined {
  return cleanText(target?.split(/[?#;]|%3[fb]|%23/i, 1)[0], 512);
}
