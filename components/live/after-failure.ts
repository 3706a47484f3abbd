import type { Answer } from "./ask-console.ts";
import { waitBeforeReopening } from "./reopening.ts";

/** Why a page is not up to date. */
export type Why =
  | { kind: "away" }
  /** The console answers, and this page fails; its error's number in the console's log where it has one. */
  | { kind: "undrawable"; digest: string | undefined }
  | { kind: "limited"; againAtMs: number }
  /** The console answers, and does not let this page follow. */
  | { kind: "unheard" };

export type Failures = {
  count: number;
  notBeforeMs: number;
  /** Since when the page fails by itself: the console answers. */
  byItselfSinceMs: number | null;
};

export const NO_FAILURES: Failures = { count: 0, notBeforeMs: 0, byItselfSinceMs: null };

/** A page that fails by itself for so long is not kept: what failed is said in its place. */
const KEPT_MS = 60_000;

/** What follows from a drawing that failed, by how the console answered when it was asked then. */
export function afterFailure(
  was: Failures,
  { answer, digest }: { answer: Answer; digest?: string | undefined },
  nowMs: number,
  random: () => number = Math.random,
): { failures: Failures; why: Why } {
  const count = was.count + 1;
  const wait = waitBeforeReopening(count, random);
  if (answer.kind === "limited") {
    const notBeforeMs = nowMs + Math.max(wait, answer.retryAfterMs ?? 0);
    return { failures: { ...was, count, notBeforeMs }, why: { kind: "limited", againAtMs: notBeforeMs } };
  }
  const notBeforeMs = nowMs + wait;
  if (answer.kind === "away")
    return { failures: { count, notBeforeMs, byItselfSinceMs: null }, why: { kind: "away" } };
  const byItselfSinceMs = was.byItselfSinceMs ?? nowMs;
  return { failures: { count, notBeforeMs, byItselfSinceMs }, why: { kind: "undrawable", digest } };
}

/** Whether the open page stays where its next drawing fails. */
export function staysOpen({ byItselfSinceMs }: Failures, nowMs: number): boolean {
  return byItselfSinceMs === null || nowMs - byItselfSinceMs < KEPT_MS;
}

/** Why nothing is heard, where following is tried again at `againAtMs`, or when the browser likes (null); that a page fails is said before. */
export function afterRefusal(was: Why | null, answer: Answer, againAtMs: number | null, nowMs: number): Why {
  if (answer.kind === "away") return { kind: "away" };
  if (answer.kind === "limited" && againAtMs !== null)
    return { kind: "limited", againAtMs: Math.max(againAtMs, nowMs + (answer.retryAfterMs ?? 0)) };
  return was?.kind === "undrawable" ? was : { kind: "unheard" };
}
