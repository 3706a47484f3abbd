import { groupedNumber } from "#components/display/number-text.tsx";
import type { ApprovalRow, EndCause } from "#lib/approvals/model.ts";

/** Texts of the approvals. */
export const approvalWords = {
  title: "Approvals",
  one: "Approval",
  purpose:
    "Acts that want a second person: what waits, what became of it, and what an owner did without one.",
  emptyTitle: "Nothing waits, and nothing has",
  emptyText:
    "Where your organisation wants two people for an act, it stands here until somebody approves it. Which acts those are is set under Four eyes.",
  wouldHappen: "What would happen",
  wouldHave: "What would have happened",
  happened: "What was done",
  asPlanned: "As it was planned",
  logWould: "The log would then say",
  logWouldHave: "The log would have said",
  logSays: "The log says",
  noActs: "It records nothing by itself.",
  moreActs: (count: number) =>
    `and ${groupedNumber(count)} more, which are compared with what is done as these are. In all:`,
  actCount: (act: string, count: number) => `${act} …: ${groupedNumber(count)} times`,
  reach: "Whom it reaches",
  users: "Users",
  clients: "Clients",
  verifiers: "Verifiers",
  remains: "This will still work",
  tokens: "Live tokens",
  asked: "Asked",
  askedBy: "By",
  why: "Why",
  because: "Kind",
  until: "Waits until",
  decided: "Decided",
  note: "Note",
  reviewed: "Reviewed",
  request: "Request",
  permissions: "Takes",
  isSame: "It would still do exactly what stands here.",
  looked: "Checked",
  looking: "Looking whether it would still do exactly this…",
  notLooked: (why: string) => `Whether it would still do exactly this could not be told: ${why}`,
  noAnswer: "there was no answer.",
  lookAgain: "Look again",
  isOver: {
    changed: "It would no longer do what stands here, so it cannot be approved",
    asker: "Who asked for it may not do it any more, so it cannot be approved",
    approver: "Who approved it may not decide on it any more, so it cannot be done",
  } satisfies Record<EndCause, string>,
  wasOver: {
    changed: "Refused: it would have done something else than what stands here, and nothing was done",
    asker: "Ended: who asked for it may not do it any more, and nothing was done",
    approver: "Refused: who approved it may not decide on it any more, and nothing was done",
  } satisfies Record<EndCause, string>,
  lapses: "lapses",
  by: (name: string) => `by ${name}`,
  hasLapsed: "Nobody decided in time",
  againMeans: "Ask again: it is planned anew as things are now, and others are asked with the same reason.",
  againBy: (name: string, mayDecide: boolean) =>
    `${name} has to ask again: then it is planned as things are now, and you are asked anew.${mayDecide ? " There is nothing to approve here; decline it if it should not be done at all." : ""}`,
  notInTheirName:
    "Nobody asks for it again in their name. Whoever may do it, and still wants it done, asks for it themselves.",
  lookingAgain: "Looking whether it can be asked for again…",
  notAgain: (why: string | null) =>
    `Asking again would come to nothing${why === null ? " as long as that is so." : `. ${why}`}`,
  forYou: "What it takes from you",
  askAgain: "Ask again",
  notAskedAgain: "It was not asked for",
  approve: "Approve…",
  approveTitle: "Approve and do it",
  /** Where approving does not do it. */
  approveRunTitle: "Let who asked do it",
  approveFileTitle: "Let who asked have the file",
  approveText:
    "It is done at once, in the name of who asked, exactly as it stands here. You are asked to confirm who you are.",
  approveRunText: ({ kind, name }: { kind: string; name: string }) =>
    `Approving does not do it. ${kind === "api_token" ? `The API token ${name}` : name} can do it then, once, until the time is over, and has its answer alone. You are asked to confirm who you are.`,
  approveFileText:
    "The file goes to who asked alone: they can fetch it once you have approved, until the time is over. You are asked to confirm who you are.",
  approveAct: "Approve",
  decline: "Decline…",
  declineTitle: "Decline",
  declineText: "It is not done. Who asked sees your note.",
  declineAct: "Decline",
  withdraw: "Withdraw",
  withdrawTitle: "Take it back?",
  withdrawText: "It is not done. You can ask for it again.",
  run: "Do it now",
  runTitle: "Do what was approved",
  runText: "It is done once, exactly as it stands here.",
  sendAgain:
    "Approved. What you asked for held a secret, which is not kept: go to where you asked and send the very same again, then it is done.",
  approvedText: "Its answer is yours alone and is shown once.",
  approvedFile: "Your browser saves the file: it is let out to you alone.",
  resultTitle: "It is done",
  fetched: "Done: your browser saves the file.",
  review: "Review…",
  reviewTitle: "Review the break-glass",
  reviewText: "Say what you found. It undoes nothing, and stays on record beside your name.",
  reviewAct: "I have reviewed it",
  noteLabel: "Note",
  noteHelp: "Stays on record.",
  approved: "Approved and done.",
  approvedRun: "Approved: who asked can do it now.",
  declined: "Declined.",
  withdrawn: "Withdrawn.",
  reviewedNow: "Reviewed.",
  toReview: "To be reviewed by another owner",
  settings: "Four eyes…",
};

/** What approving does, as its dialog's title: it does it, or lets who asked do it. */
export function approveTitleOf({ runBy, kinds }: Pick<ApprovalRow, "runBy" | "kinds">): string {
  if (runBy === "approver") return approvalWords.approveTitle;
  return kinds.includes("exports") ? approvalWords.approveFileTitle : approvalWords.approveRunTitle;
}

/** Who asked, where it stands by itself. */
export function askerWords({ kind, name }: ApprovalRow["requestedBy"]): string {
  return kind === "api_token" ? `${name} (API token)` : name;
}
