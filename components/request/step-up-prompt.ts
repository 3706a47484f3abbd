import type { StepUpKind } from "#lib/step-up/model.ts";

/** Asks the person to show again who they are; true: they did. */
export type StepUpPrompt = (kind: StepUpKind, subject: string | undefined) => Promise<boolean>;

let prompt: StepUpPrompt | null = null;
let pending: { kind: StepUpKind; subject: string | undefined; answer: Promise<boolean> } | null = null;

/** The one dialog of the page that asks. Returns what takes it away again. */
export function promptStepUpBy(ask: StepUpPrompt): () => void {
  prompt = ask;
  return () => {
    if (prompt === ask) prompt = null;
  };
}

/** Whether the person has shown who they are. Requests that are refused together ask once; a page without the dialog never does. */
export async function askStepUp(kind: StepUpKind, subject?: string): Promise<boolean> {
  while (pending !== null) {
    if (pending.kind === kind && pending.subject === subject) return pending.answer;
    await pending.answer;
  }
  if (prompt === null) return false;
  const answer = prompt(kind, subject).finally(() => {
    pending = null;
  });
  pending = { kind, subject, answer };
  return answer;
}
