import type { ApprovalRow, GuardedKind } from "#lib/approvals/model.ts";

/** What wants a second person; `approvalId` where the very same request waits already. */
export type SecondPersonNeeded = {
  kind: GuardedKind;
  approvalId: string | undefined;
  /** The refusal in words. */
  says?: string;
};
/** What the person chose: to ask, or to do without. */
export type SecondPersonChoice = { header: "approval-reason" | "break-glass-reason"; reason: string };

type Prompt = {
  /** Null: the person leaves it at that. */
  ask: (needed: SecondPersonNeeded) => Promise<SecondPersonChoice | null>;
  /** It was asked for, and waits. */
  tell: (approval: ApprovalRow) => void;
};

let prompt: Prompt | null = null;
let last: Promise<unknown> = Promise.resolve();

/** The one dialog of the page that asks. Returns what takes it away again. */
export function promptSecondPersonBy(given: Prompt): () => void {
  prompt = given;
  return () => {
    if (prompt === given) prompt = null;
  };
}

/** What the person chose; requests that are refused together ask one after the other, and a page without the dialog never does. */
export function askSecondPerson(needed: SecondPersonNeeded): Promise<SecondPersonChoice | null> {
  const answer = last.then(() => (prompt === null ? null : prompt.ask(needed)));
  last = answer.catch(() => null);
  return answer;
}

export function tellAsked(approval: ApprovalRow): void {
  prompt?.tell(approval);
}
