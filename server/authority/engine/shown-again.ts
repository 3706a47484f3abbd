import { holdsSecret } from "#lib/audit/redact.ts";

const ADDRESS = /^[^\s@]{1,64}@[^\s@]{1,189}$/;

/** What was typed for an e-mail address, to be shown again: not a password or a token that was typed there. */
export function shownAgain(typed: string): string {
  return ADDRESS.test(typed) && !holdsSecret(typed) ? typed : "";
}
