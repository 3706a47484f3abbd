import { groupedNumber } from "#components/display/number-text.tsx";
import type { SubjectKind } from "#lib/incidents/model.ts";

const ASKED: Record<SubjectKind, string> = {
  token: "Was it in other hands? Its uses are split",
  family: "Was it in other hands? Its uses are split",
  user: "Was this account in other hands? What was done with their tokens is split",
  client: "Was it in other hands? Uses of its tokens are split",
};

/** Texts of the window on pages of tokens and people. */
export const compromiseWords = {
  title: "Compromise window",
  ask: (kind: SubjectKind) =>
    `${ASKED[kind]} at a time that you set, or that the log suggests: what came before, what was done during, what was refused after.`,
  suggest: "Suggest from the log",
  set: "Set by hand…",
  change: "Change…",
  clear: "Show no window",
  suggested: "Suggested",
  byHand: "Set by hand",
  ofCase: (number: number) => `Of case ${number}`,
  toCase: (number: number) => `Change it in case ${number}`,
  toClosed: (number: number) => `Case ${number}, which is closed`,
  unkept: "It is shown here alone: a case keeps it, on record.",
  tokens: (count: number) =>
    count === 1 ? "Of 1 token and its family." : `Of ${groupedNumber(count)} tokens, families whole.`,
  openWith: "Open a case with it",
  from: "From (your time)",
  fromHelp: "Every use from then on counts as possibly the attacker's.",
  show: "Show",
  future: "That is in the future.",
} as const;
