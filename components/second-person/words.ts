import { guardedActs } from "#lib/approvals/model.ts";
import type { SecondPersonNeeded } from "../request/second-person-prompt.ts";

/** Texts of the dialog that asks for a second person. */
export const secondPersonWords = {
  title: "This needs a second person",
  willWait: "This waits for a second admin.",
  wantsTwo: (acts: string) => `Your organisation wants two people to ${acts}.`,
  needed: ({ kind, says }: SecondPersonNeeded) =>
    kind === "bulk" && says !== undefined
      ? says
      : `${secondPersonWords.wantsTwo(guardedActs(kind))} Nothing has been done yet.`,
  ask: "Ask for it",
  askMeans:
    "Another person sees exactly what would happen and approves or declines. It is done once, as planned, within four hours.",
  alone: "Do it now, without a second person",
  aloneMeans:
    "Break-glass, for emergencies: every other owner is alarmed, and one of them must review it afterwards.",
  choice: "How to go on",
  reason: "Why",
  reasonHelp: "Whoever approves or reviews it reads this, and it stays on record.",
  askAct: "Ask for approval",
  aloneAct: "Break the glass",
  cancel: "Leave it",
  waits: "The very same act waits already.",
  see: "See it",
  asked: (hours: number) =>
    `Nothing has been done yet. Whoever may do it themselves can approve it within ${hours} hours; you can take it back until then.`,
  askedRun: "Once it is approved you do it yourself, from its page: its answer is yours alone.",
  askedFile: "Once it is approved you fetch the file yourself, from its page: it is let out to you alone.",
  close: "Close",
};
