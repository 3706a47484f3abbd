/** What stands as the reason of a program that gave none. Browser-safe. */
export const UNSAID = "It gave no reason.";

type Given = { reason: string; actorKind: string };

/** Whether nobody said it: it stands in this product's words, and is no quotation. */
const isUnsaid = ({ reason, actorKind }: Given) => actorKind === "api_token" && reason === UNSAID;

/** A reason as a sentence of its own, with a stop. */
export function asSentence(text: string): string {
  return /[.!?…]$/.test(text.trimEnd()) ? text : `${text}.`;
}

/** A reason as a quotation. */
export function quotedReason(given: Given): string {
  return isUnsaid(given) ? given.reason : `“${given.reason}”`;
}

/** A reason as who is to decide is told it. */
export function toldReason(given: Given): string {
  return isUnsaid(given) ? given.reason : `Their reason: ${asSentence(given.reason)}`;
}
