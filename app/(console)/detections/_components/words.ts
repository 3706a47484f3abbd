import { groupedNumber } from "#components/display/number-text.tsx";
import { USES_KEPT } from "#lib/detections/model.ts";

/** Texts of the detections. */
export const detectionWords = {
  title: "Detections",
  one: "Detection",
  purpose:
    "What is unusual in how tokens are used, with what says so. Make a case of it, or mute it with a reason.",
  emptyTitle: "Nothing unusual",
  emptyText:
    "Every use is held against the rules a second or two after it was written. What they find stands here.",
  many: "Many tokens",
  openCase: "Open a case…",
  openCaseTitle: "Open a case",
  openCaseText: "What it is found of becomes the case's subject, and its evidence the case's first note.",
  openCaseForged:
    "A forged token is nobody's, so that the case begins without one. Another key in force is what ends it: see Keys.",
  openCaseReported:
    "A token on no record is nobody's, so that the case begins without one. Check the verifier that told of it first.",
  putInCaseEllipsis: "Put into a case…",
  casesOfToken: "Cases that its token is in",
  toCase: (number: number) => `To case ${number}`,
  putInCase: "Put into a case there is",
  whichCase: "Case",
  caseHint: "A number, or a part of its title",
  lookingForCases: "Looking…",
  noCaseOpen: "No case is open.",
  noCases: "No case that is open has that in its title or number.",
  open: "Open the case",
  put: "Put into the case",
  mute: "Mute…",
  muteTitle: "Mute",
  muteText: "What is found meanwhile is counted and not told. Afterwards the next finding opens it again.",
  about: "About",
  until: "For",
  reason: "Reason",
  reasonPlaceholder: "Why this is nothing. It stands in the audit log beside your name.",
  unmute: "End the mute",
  tune: "Tune for the client…",
  tuneTitle: "What is usual",
  tuneText: (client: string) => `This rule for ${client} alone. What was found before stays.`,
  isOn: "Look for it",
  countries: "Countries that are usual",
  countriesHint: "Names, or codes such as DE.",
  reset: "Back to the defaults",
  evidence: "Evidence",
  rule: "Rule",
  facts: "Found of",
  muted: "Muted",
  inCase: "In a case",
  uses: "Uses it counted",
  usesAround: "Uses of then: which of them it counted was not kept",
  usesGone: "They have left the log, as old uses do.",
  acts: "Acts it counted",
  /** `of`: how many it counted, where it counts uses one by one. */
  counted: (kept: number, of: number | null) =>
    of !== null && of > kept
      ? `the newest ${groupedNumber(kept)} of ${groupedNumber(of)}`
      : of === null && kept >= USES_KEPT
        ? `the newest ${groupedNumber(kept)}`
        : kept === 1
          ? "one use, all there is"
          : `${groupedNumber(kept)} uses, all there are`,
  inMinutes: (count: number) => (count === 1 ? "in one minute" : `in ${groupedNumber(count)} minutes`),
  neverTuned: "Nobody has tuned it for this client.",
  off: "Switched off for this client.",
  times: (count: number) => (count === 1 ? "once" : `${groupedNumber(count)} times`),
};
