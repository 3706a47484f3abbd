import { randomUUID } from "node:crypto";
import { uuidv7 } from "#lib/ids.ts";
import type { AuthorityDoor } from "./authority-door.ts";

/** One line of an access log, of a request that presented a token of ours. */
export type AccessLine = {
  token: string;
  audience: string;
  /** Null: it was let through. */
  refusal: string | null;
  method: string;
  path: string;
  ip: string;
  userAgent: string;
  status: number;
  bytes: number;
  latencyUs: number;
};

export type UseReporter = { tell(line: AccessLine): void; close(): void };

const FLUSH_MS = 500;
const AT_ONCE = 200;
/** Beyond it the oldest go, and are told as lost. */
const WAITING_MAX = 5_000;

/** Ships the access log of an API that judges tokens by itself to the authority's door for reports: each line once, with what was answered, soon after it. */
export function createUseReporter(door: AuthorityDoor, secret: string): UseReporter {
  const instance = randomUUID();
  const waiting: Record<string, unknown>[] = [];
  let lost = 0;
  let isSending = false;

  async function send(): Promise<void> {
    if (isSending || waiting.length === 0) return;
    isSending = true;
    try {
      const reports = waiting.slice(0, AT_ONCE);
      const body = { instance, ...(lost === 0 ? {} : { lost }), reports };
      const answer = await door.postJson("/events", body, { authorization: `Bearer ${secret}` });
      if (answer.status === 200) waiting.splice(0, reports.length);
    } catch {
      // nothing answers now: they wait, and an id that is sent twice is recorded once
    } finally {
      isSending = false;
    }
  }

  const timer = setInterval(() => void send(), FLUSH_MS);
  return {
    tell({ userAgent, latencyUs, refusal, ...line }) {
      const now = new Date();
      waiting.push({
        id: uuidv7(now),
        at: now.toISOString(),
        outcome: refusal === null ? "allowed" : "refused",
        ...(refusal === null ? {} : { refusal }),
        ...line,
        user_agent: userAgent,
        latency_us: latencyUs,
      });
      // while they are on their way none is taken from under them
      if (waiting.length <= WAITING_MAX || isSending) return;
      lost += waiting.splice(0, waiting.length - WAITING_MAX).length;
    },
    close: () => clearInterval(timer),
  };
}
