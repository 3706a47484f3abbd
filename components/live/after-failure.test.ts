import { expect, test } from "vitest";
import { afterFailure, afterRefusal, type Failures, NO_FAILURES, staysOpen } from "./after-failure.ts";
import { answerOf } from "./ask-console.ts";

const NOW = Date.parse("2026-11-30T12:00:00Z");
const longest = () => 0;
const answerWith = (status: number, headers?: Record<string, string>) =>
  answerOf(new Response(null, { status, ...(headers ? { headers } : {}) }), NOW);
const READY = answerWith(200);

/** What stands after failing once a second, the console answering so. */
function failing(answers: ReturnType<typeof answerWith>[]): Failures {
  return answers.reduce(
    (was, answer, n) => afterFailure(was, { answer }, NOW + n * 1_000, longest).failures,
    NO_FAILURES,
  );
}

test("a console that cannot be reached or answers with an error of its own does not answer; one that refuses does", () => {
  expect(answerOf(null, NOW)).toEqual({ kind: "away" });
  for (const status of [500, 502, 503, 504]) expect(answerWith(status)).toEqual({ kind: "away" });
  expect(answerWith(401)).toEqual({ kind: "over" });
  for (const status of [200, 403]) expect(answerWith(status)).toEqual({ kind: "ready" });
});

test("too many requests is no console that is away, and says when to ask again: after seconds, at a time, or nothing", () => {
  const limited = (retryAfterMs: number | null) => ({ kind: "limited", retryAfterMs });
  expect(answerWith(429, { "retry-after": "7" })).toEqual(limited(7_000));
  expect(answerWith(429, { "retry-after": "Mon, 30 Nov 2026 12:00:20 GMT" })).toEqual(limited(20_000));
  expect(answerWith(429, { "retry-after": "Mon, 30 Nov 2026 11:59:00 GMT" })).toEqual(limited(0));
  expect(answerWith(429, { "retry-after": "soon" })).toEqual(limited(null));
  expect(answerWith(429)).toEqual(limited(null));
});

test("where the console does not answer the page stays, however long, and is tried again ever less often", () => {
  const { failures, why } = afterFailure(
    failing([answerWith(503)]),
    { answer: answerOf(null, NOW) },
    NOW,
    longest,
  );
  expect(why).toEqual({ kind: "away" });
  expect(failures).toEqual({ count: 2, notBeforeMs: NOW + 2_000, byItselfSinceMs: null });
  expect(staysOpen(failures, NOW + 3_600_000)).toBe(true);
});

test("where the console answers the page failed by itself: its number is said, and after a minute of that it stays no more", () => {
  const { failures, why } = afterFailure(
    failing([READY]),
    { answer: READY, digest: "1234" },
    NOW + 5_000,
    longest,
  );
  expect(why).toEqual({ kind: "undrawable", digest: "1234" });
  expect(failures.byItselfSinceMs, "since the first of them").toBe(NOW);
  expect(staysOpen(failures, NOW + 59_999)).toBe(true);
  expect(staysOpen(failures, NOW + 60_000)).toBe(false);
});

test("the minute begins anew where the console was away meanwhile, and goes on where it refused to say", () => {
  expect(failing([READY, answerWith(503), READY]).byItselfSinceMs).toBe(NOW + 2_000);
  expect(failing([READY, answerWith(429), READY]).byItselfSinceMs).toBe(NOW);
});

test("after too many requests nothing is tried before the console said, nor sooner than after any other failure", () => {
  const after = (seconds: string) =>
    afterFailure(failing([READY]), { answer: answerWith(429, { "retry-after": seconds }) }, NOW, longest);
  expect(after("90").failures.notBeforeMs).toBe(NOW + 90_000);
  expect(after("90").why).toEqual({ kind: "limited", againAtMs: NOW + 90_000 });
  expect(after("1").failures.notBeforeMs).toBe(NOW + 2_000);
});

test("where following alone is refused the console is not said to be away, and a page that fails is said before", () => {
  const again = NOW + 4_000;
  expect(afterRefusal({ kind: "away" }, READY, again, NOW)).toEqual({ kind: "unheard" });
  expect(afterRefusal(null, answerWith(503), again, NOW)).toEqual({ kind: "away" });
  const limited = answerWith(429, { "retry-after": "9" });
  expect(afterRefusal(null, limited, again, NOW)).toEqual({ kind: "limited", againAtMs: NOW + 9_000 });
  expect(afterRefusal(null, answerWith(429), again, NOW)).toEqual({ kind: "limited", againAtMs: again });
  expect(afterRefusal(null, limited, null, NOW), "nobody knows when").toEqual({ kind: "unheard" });
  const fails = { kind: "undrawable", digest: "1234" } as const;
  expect(afterRefusal(fails, READY, again, NOW)).toEqual(fails);
});
