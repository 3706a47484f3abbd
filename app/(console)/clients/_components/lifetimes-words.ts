import type { Lifetime } from "#lib/lifetimes/model.ts";
import { LIFETIME_WORDS } from "#lib/organisation/model.ts";

/** Texts of a client's lifetimes. */
export const lifetimeWords = {
  legend:
    "A hollow knob follows the organisation's default, which the line marks; the bar is what may be chosen.",
  ruler: "Lifetimes on one scale",
  reset: (span: string) => `Take the organisation's: ${span}`,
  /** What is shown, and of what. */
  resetOf: (span: string, key: Lifetime) => `Take the organisation's: ${span}, ${LIFETIME_WORDS[key]}`,
  rotation: "Replacing refresh tokens",
  rotationDefault: "As the organisation has it",
  rotationAlways: "At each use",
  rotationLate: "When half of the idle time has gone",
};
