import type { Statement } from "./feed-messages.ts";
import { DEFAULT_MAX_STALENESS_MS, type Mode, type Revocation, type Settings } from "./options.ts";

/** How a verifier is at the moment. */
export type VerifierState = {
  revocation: Revocation;
  /** How facts come at the moment; `none`: this verifier learns of no revocation, and accepts a token until it expires. */
  way: "feed" | "poll" | "status_list" | "introspection" | "none";
  mode: Mode;
  isReady: boolean;
  /** In strict mode everything is refused, in lenient mode what is accepted is marked. */
  isStale: boolean;
  /** Age of the authority's last word, in milliseconds; null where there is none, or none is needed. */
  ageMs: number | null;
  maxStalenessMs: number;
  /** In the feed; null for other ways. */
  position: number | null;
  /** Facts held. */
  facts: number;
  /** Messages that the feed's key did not sign, dropped. */
  forged: number;
  accepted: number;
  refused: number;
  /** Refused, or accepted in lenient mode, while stale. */
  stale: number;
  reports: { waiting: number; lost: number } | null;
  /** What keeps it from hearing the authority; null where nothing does. */
  lastError: string | null;
  /** This process, as the console lists it. */
  instance: string;
  /** All this in one sentence. */
  says: string;
};

/** The smaller of what the options and the console say, in milliseconds. */
export function staleBound(settings: Settings, statement: Statement | null): number {
  const its = statement === null ? Number.POSITIVE_INFINITY : statement.maxStalenessSeconds * 1_000;
  const bound = Math.min(settings.maxStalenessMs ?? Number.POSITIVE_INFINITY, its);
  return bound === Number.POSITIVE_INFINITY ? DEFAULT_MAX_STALENESS_MS : bound;
}

/** Strict where the options or the console say so. */
export function modeOf(settings: Settings, statement: Statement | null): Mode {
  if (settings.mode === "strict" || statement?.mode === "strict") return "strict";
  return settings.mode ?? statement?.mode ?? "strict";
}

/** The state in one sentence. */
export function says(state: Omit<VerifierState, "says">): string {
  if (!state.isReady)
    return `The authority was not heard yet${state.lastError ? `: ${state.lastError}` : ""}.`;
  if (state.revocation === "none") return "Revocation is not checked: a token is accepted until it expires.";
  if (state.revocation === "introspection") return "Each token is asked about at the authority.";
  const age = state.ageMs === null ? "" : `, heard ${Math.round(state.ageMs)} ms ago`;
  if (!state.isStale) return `Revocations are known${age}.`;
  return state.mode === "strict"
    ? `Every token is refused: the authority was not heard in time${age}.`
    : `Tokens are accepted without knowing of new revocations${age}.`;
}
