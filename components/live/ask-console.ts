/** How the console answers this browser: as ever, as one whose session is over, as one that asks too much, or not at all (its database is away, or it is). */
export type Answer = { kind: "ready" | "over" | "away" } | { kind: "limited"; retryAfterMs: number | null };

/** So long without an answer, the console does not answer. */
const ANSWERS_WITHIN_MS = 10_000;

export async function askConsole(): Promise<Answer> {
  const signal = AbortSignal.timeout(ANSWERS_WITHIN_MS);
  const answer = await fetch("/api/v1/me", { credentials: "same-origin", signal }).catch(() => null);
  return answerOf(answer, Date.now());
}

export function answerOf(answer: Pick<Response, "status" | "headers"> | null, nowMs: number): Answer {
  if (answer === null || answer.status >= 500) return { kind: "away" };
  if (answer.status === 401) return { kind: "over" };
  if (answer.status !== 429) return { kind: "ready" };
  return { kind: "limited", retryAfterMs: retryAfterOf(answer.headers.get("retry-after"), nowMs) };
}

/** Seconds, or a time: a proxy's answer may name either. */
function retryAfterOf(header: string | null, nowMs: number): number | null {
  if (header === null) return null;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - nowMs);
}
